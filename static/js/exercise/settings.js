// The reader's settings of the editor, kept in this browser. The editor hears of each change.
import { word } from "../words.js";
import { page } from "./files.js";

const KEY = "fieldguide:editor"
const [SMALLEST, LARGEST, USUAL] = [13, 22, 14] // px
const dialog = document.querySelector("[data-settings-dialog]")
const form = dialog.querySelector("[data-settings-form]")
const size = dialog.querySelector("[data-font-size]")

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {}
  } catch {
    return {}
  }
}

/** {fontSize in px, wrap, tabMoves, vim}; what the reader has not chosen is not in it. */
export const settings = stored()

function apply() {
  if (settings.fontSize) page.style.setProperty("--code-size", `${settings.fontSize}px`)
  size.textContent = word("size", { number: settings.fontSize ?? USUAL })
  form.elements.wrap.checked = settings.wrap ?? matchMedia("(max-width: 56rem)").matches
  form.elements.tabMoves.checked = settings.tabMoves ?? false
  form.elements.vim.checked = settings.vim ?? false
}

function change(changes) {
  Object.assign(settings, changes)
  apply()
  try {
    localStorage.setItem(KEY, JSON.stringify(settings))
  } catch {
    // they last as long as the page
  }
  document.dispatchEvent(new CustomEvent("fieldguide:settings", { detail: settings }))
}

form.addEventListener("change", (event) => change({ [event.target.name]: event.target.checked }))
form.addEventListener("click", (event) => {
  const step = Number(event.target.closest("[data-font-step]")?.dataset.fontStep)
  if (step) change({ fontSize: Math.min(LARGEST, Math.max(SMALLEST, (settings.fontSize ?? USUAL) + step)) })
})
form.addEventListener("submit", (event) => event.preventDefault())
apply()
