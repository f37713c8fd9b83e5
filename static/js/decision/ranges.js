// Says at once, beside the field, when a weight or a score is none that counts. The server's sentence, and its limits.
import { word } from "../words.js";
import { highest, numberIn } from "./ranking.js";

const form = document.querySelector("[data-decision]")
let made = 0 // ids so far

const isWrong = (input) => input.validity.badInput || (input.value.trim() !== "" && numberIn(input.value) === null)

function noteBeside(input) {
  return input.closest("td").querySelector("[data-error]")
}

function say(input) {
  let note = noteBeside(input)
  if (!note) {
    note = document.createElement("p")
    note.className = "errorlist"
    note.dataset.error = ""
    note.id = `range-error-${(made += 1)}`
    input.closest("td").append(note)
  }
  const text = word("out-of-range", { most: highest })
  if (note.textContent !== text) note.textContent = text
  input.setAttribute("aria-invalid", "true")
  input.setAttribute("aria-describedby", note.id)
}

function unsay(input) {
  if (!input.hasAttribute("aria-invalid")) return
  noteBeside(input)?.remove()
  input.removeAttribute("aria-invalid")
  input.removeAttribute("aria-describedby")
}

/** Look at one field that was typed into; returns what is wrong with it, or "". */
export function check(input) {
  if (!["weight", "score"].includes(input.name)) return ""
  if (!isWrong(input)) {
    unsay(input)
    return ""
  }
  const isNew = input.getAttribute("aria-invalid") !== "true"
  say(input)
  return isNew ? noteBeside(input).textContent : ""
}

/** Look at all fields, those that the server or this browser filled. */
export function checkAll() {
  for (const input of form.querySelectorAll("input[name=weight], input[name=score]")) if (isWrong(input)) say(input)
}
