// Puts an editor over each text box, when the page is idle or somebody is about to type. Where it was not built, or
// does not arrive, the text boxes stay.
import { boxes, form, labelOf, page } from "./form.js"
import { takePictures } from "./images.js"

let loading, put

function load() {
  loading ??= import(page.dataset.editorUrl)
    .then(({ attach }) => {
      put = (box) => attach(box, { nonce: page.dataset.styleNonce, label: labelOf(box), take: takePictures })
      boxes.forEach(put)
      document.dispatchEvent(new CustomEvent("fieldguide:editors"))
    })
    .catch((error) => console.warn("The editor did not arrive; the text boxes stay.", error))
}

if (page.dataset.editorUrl) {
  for (const box of boxes) box.addEventListener("focus", load, { once: true })
  form.addEventListener("fieldguide:box", ({ target }) => (put ? put(target) : load()))
  if (window.requestIdleCallback) requestIdleCallback(load, { timeout: 2000 })
  else setTimeout(load, 500)
}
