// Ctrl+S, or Cmd+S, saves and stays: the page comes back with the caret where it was.
import { form } from "./form.js"

const KEY = "fieldguide:place"

addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
  const button = form.querySelector("[name=_continue]")
  if (!button) return
  event.preventDefault()
  const box = document.activeElement.closest(".cm-editor")?.nextElementSibling ?? document.activeElement
  const place = { path: location.pathname, field: box.name, scroll: scrollY, at: Date.now() }
  box.dispatchEvent(new CustomEvent("fieldguide:caret", { detail: place }))
  place.caret ??= box.selectionStart
  try {
    sessionStorage.setItem(KEY, JSON.stringify(place))
  } catch {
    // the page comes back at its top
  }
  form.requestSubmit(button)
})

try {
  const place = JSON.parse(sessionStorage.getItem(KEY) ?? "null")
  sessionStorage.removeItem(KEY)
  if (place?.path === location.pathname && Date.now() - place.at < 30_000) {
    const box = form.elements[place.field]
    box?.focus({ preventScroll: true })
    if (typeof place.caret === "number") box?.setSelectionRange?.(place.caret, place.caret)
    scrollTo(0, place.scroll)
  }
} catch {
  // nothing to come back to
}
