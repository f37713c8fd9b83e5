// Keeps the code on this device, from the first change on. Only "Reset" forgets it.
import { announce } from "../announce.js";
import { boxes, form, page, same, setText, texts } from "./files.js";

const DELAY_MS = 500
const KEY = `fieldguide:code:${page.dataset.exercise}`
const label = form.querySelector("[data-saved]")
let timer

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY))
  } catch {
    return null // storage is closed, or something else wrote there
  }
}

function save() {
  clearTimeout(timer)
  timer = undefined
  try {
    localStorage.setItem(KEY, JSON.stringify({ files: texts(), savedAt: Date.now(), after: page.dataset.attemptedAt }))
    label.textContent = "Saved on this device only"
  } catch {
    label.textContent = "This browser keeps nothing: submit, or copy your code before you leave"
  }
}

export function forget() {
  clearTimeout(timer)
  timer = undefined
  label.textContent = ""
  try {
    localStorage.removeItem(KEY)
  } catch {
    // nothing was kept either
  }
}

function use(files) {
  for (const box of boxes) if (typeof files[box.dataset.path] === "string") setText(box, files[box.dataset.path])
}

/** The newest attempt is one that this draft does not know, such as from another device: the learner chooses. */
function offer(draft) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "btn btn--quiet"
  const time = new Date(draft.savedAt).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })
  button.textContent = `Use the draft of ${time} from this device`
  button.addEventListener("click", () => {
    use(draft.files)
    button.remove()
    boxes[0].focus()
  })
  label.after(button)
  form.addEventListener("input", () => button.remove(), { once: true })
}

function restore() {
  const draft = read()
  if (!draft?.files || same(draft.files, texts())) return
  if (page.dataset.attemptedAt !== draft.after) return offer(draft)
  use(draft.files)
  label.textContent = "Saved on this device only"
}

restore()

form.addEventListener("input", () => {
  clearTimeout(timer)
  timer = setTimeout(save, DELAY_MS)
})
// After an attempt from this page the draft knows it.
document.addEventListener("fieldguide:attempts", () => read() && save())
// A page that goes away takes its timers with it.
addEventListener("pagehide", () => timer !== undefined && save())
document.addEventListener("visibilitychange", () => document.hidden && timer !== undefined && save())

document.addEventListener("keydown", (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return
  event.preventDefault()
  save()
  announce(label.textContent)
})
