// While somebody types: what is wrong, at its line; how the page looks; how long it is.
import { word } from "../words.js"
import { boxes, form, page, send } from "./form.js"
import { show } from "./preview.js"

const PAUSE = 400 // ms after the last key
const list = page.querySelector("[data-problems]")
const line = page.querySelector("[data-problems-line]")
const length = page.querySelector("[data-length]")
let waiting, underway, found = []

function goTo({ field, line: number }) {
  const box = form.elements[field] ?? form.elements[`${field}-0-text`]
  if (!box) return
  if (!box.dispatchEvent(new CustomEvent("fieldguide:line", { detail: { line: number ?? 1 }, cancelable: true }))) return
  box.focus()
  if (number && box.setSelectionRange) {
    const start = box.value.split("\n").slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0)
    box.setSelectionRange(start, start)
  }
}

function entry(problem) {
  const item = document.createElement("li")
  const button = document.createElement("button")
  button.type = "button"
  button.textContent = word(problem.line ? "problem-line" : "problem", problem)
  button.addEventListener("click", () => goTo(problem))
  item.append(button)
  return item
}

/** Have each editor mark the lines of its own problems. */
function mark() {
  for (const box of boxes) {
    const own = found.filter(({ field }) => field === box.name)
    box.dispatchEvent(new CustomEvent("fieldguide:problems", { detail: own }))
  }
}

function say(sentence) {
  if (line.textContent !== sentence) line.textContent = sentence // it is announced: once for each change
}

function showProblems({ problems, summary }) {
  found = problems
  list.replaceChildren(...problems.map(entry))
  say(summary)
  mark()
}

function showLength({ length: said, minutes }) {
  length.textContent = said
  const field = form.elements.minutes
  if (!field || Number(field.value) === minutes) return
  const button = document.createElement("button")
  button.type = "button"
  button.className = "button"
  button.textContent = word("use-minutes", { minutes })
  button.addEventListener("click", () => {
    field.value = minutes
    field.dispatchEvent(new Event("input", { bubbles: true }))
    button.remove()
  })
  length.append(" ", button)
}

async function check() {
  underway?.abort()
  const own = (underway = new AbortController())
  try {
    const response = await send(page.dataset.proofreadUrl, { signal: own.signal })
    if (!response.ok) throw new Error(`answer ${response.status}`)
    const answer = await response.json()
    if (own !== underway) return
    showProblems(answer)
    showLength(answer)
    show(answer)
  } catch (error) {
    if (error.name === "AbortError" || own !== underway) return
    say(word("not-checked"))
    console.warn("The text was not checked.", error)
  }
}

function checkSoon() {
  clearTimeout(waiting)
  waiting = setTimeout(check, PAUSE)
}

form.addEventListener("input", ({ target }) => target.name?.startsWith("_") || checkSoon())
form.addEventListener("change", ({ target }) => target.matches("select, input[type=checkbox]") && checkSoon())
document.addEventListener("fieldguide:editors", mark)
check()
