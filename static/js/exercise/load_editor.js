// Puts a code editor over each text box, when the page is idle or somebody is about to type.
// Where it was not built, or does not arrive, the text box stays.
import { boxes, form, page } from "./files.js";

const hint = form.querySelector("[data-editor-hint]")
let loading

function load() {
  loading ??= import(page.dataset.editorUrl)
    .then(({ attach }) => {
      for (const box of boxes) attach(box, { nonce: page.dataset.styleNonce, actions: form.querySelector("[data-actions]") })
      hint.hidden = false
    })
    .catch((error) => console.warn("The code editor did not arrive; the text box stays.", error))
  return loading
}

if (page.dataset.editorUrl) {
  for (const box of boxes) box.addEventListener("focus", load, { once: true })
  if (window.requestIdleCallback) requestIdleCallback(load, { timeout: 2000 })
  else setTimeout(load, 500)
}
