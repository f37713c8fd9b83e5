// The keyboard map. Single keys can be switched off (WCAG 2.1.4) and never work while somebody types.
import { keep } from "./preferences.js";
import { openSearch } from "./search.js";
import { word } from "./words.js";

const root = document.documentElement
const dialog = document.querySelector("[data-shortcuts]")
const form = document.querySelector("[data-single-keys-form]")

const actions = {
  "?": () => dialog?.showModal(),
  "/": openSearch,
  t: openThemes,
  "[": () => document.querySelector("[data-previous]")?.click(),
  "]": () => document.querySelector("[data-next]")?.click(),
}

/** As if the button had been pressed by hand: Tab leads into the menu from there, and Escape back. */
function openThemes() {
  const button = document.querySelector("[data-theme-button]")
  button?.focus()
  button?.click()
}

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable]:not([contenteditable=false])") !== null
}

function hasModifier(event) {
  // Some keyboards reach [ and ] with AltGr, which Windows reports as Ctrl and Alt.
  return !event.getModifierState("AltGraph") && (event.ctrlKey || event.altKey || event.metaKey)
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || hasModifier(event) || root.dataset.singleKeys === "off") return
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return
  const action = actions[event.key]
  if (!action) return
  event.preventDefault()
  action()
})

form?.addEventListener("change", () => {
  root.dataset.singleKeys = form.querySelector("[type=checkbox]").checked ? "on" : "off"
  keep(form)
})

// A click beside the dialog closes it.
dialog?.addEventListener("click", (event) => event.target === dialog && dialog.close())

for (const place of document.querySelectorAll("[data-shortcuts-place]")) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = place.dataset.shortcutsPlace
  button.textContent = word("shortcuts")
  button.addEventListener("click", () => dialog?.showModal())
  place.append(button)
}
