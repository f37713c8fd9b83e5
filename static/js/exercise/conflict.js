// Two devices have written: which draft is to count? What is not chosen stays in the history.
import { word } from "../words.js";
import { choose, restore } from "./autosave.js";
import { clock } from "./clock.js";
import { form, page } from "./files.js";
import { refreshHistory } from "./history.js";
import { showError } from "./problems.js";
import { showRefusal } from "./refusals.js";

const place = form.querySelector("[data-conflict]")
const dialog = document.querySelector("[data-compare-dialog]")
const shown = dialog.querySelector("[data-compare-place]")

function button(name, act) {
  const element = document.createElement("button")
  element.type = "button"
  element.className = "btn"
  element.textContent = word(name)
  element.addEventListener("click", act)
  return element
}

async function decide(choice) {
  const { isDone, response } = await choose(choice)
  if (!isDone) return response?.status === 409 || showRefusal(response)
  place.replaceChildren()
  showError("")
  refreshHistory()
  form.querySelector(".cm-content, textarea:not([hidden])").focus()
}

async function compare() {
  const response = await fetch(page.dataset.compareUrl, { method: "POST", body: new FormData(form) }).catch(() => null)
  const text = response ? await response.text() : ""
  const difference = new DOMParser().parseFromString(text, "text/html").querySelector("[data-difference]")
  if (!difference) return showError(word("compare-offline"))
  shown.replaceChildren(difference)
  dialog.returnValue = ""
  dialog.showModal()
}

dialog.addEventListener("close", () => dialog.returnValue && decide(dialog.returnValue))

document.addEventListener("fieldguide:conflict", ({ detail }) => {
  const sentence = document.createElement("p")
  sentence.textContent = word("conflict", { time: clock(detail.updated_at) })
  const buttons = document.createElement("div")
  buttons.className = "button-row"
  buttons.append(
    button("use-theirs", () => decide("theirs")),
    button("keep-mine", () => decide("mine")),
    button("compare", compare),
  )
  place.replaceChildren(sentence, buttons)
})

restore() // now that a conflict would be heard
