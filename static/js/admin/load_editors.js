// Puts an editor over each text box, when the page is idle or somebody is about to type. Where it was not built, or
// does not arrive, the text boxes stay.
import { boxes, labelOf, page } from "./form.js"
import { takePictures } from "./images.js"

let loading

function load() {
  loading ??= import(page.dataset.editorUrl)
    .then(({ attach }) => {
      for (const box of boxes) attach(box, { nonce: page.dataset.styleNonce, label: labelOf(box), take: takePictures })
      document.dispatchEvent(new CustomEvent("fieldguide:editors"))
    })
    .catch((error) => console.warn("The editor did not arrive; the text boxes stay.", error))
}

if (page.dataset.editorUrl) {
  for (const box of boxes) box.addEventListener("focus", load, { once: true })
  if (window.requestIdleCallback) requestIdleCallback(load, { timeout: 2000 })
  else setTimeout(load, 500)
}
