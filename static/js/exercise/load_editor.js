// Puts a code editor over each text box, when the page is idle or somebody is about to type.
// Where it was not built, or does not arrive, the text box stays.
import { boxes, form, page } from "./files.js";
import { settings } from "./settings.js";

const hint = form.querySelector("[data-editor-hint]")
let editors = [] // what attach() gave for each box
let [loading, isVim] = [undefined, false]

/** The editor with the keys that the reader chose; those of Vim are a file of their own, which only they load. */
function load() {
  isVim = Boolean(settings.vim && page.dataset.vimUrl)
  loading = import(isVim ? page.dataset.vimUrl : page.dataset.editorUrl)
    .then(({ attach }) => {
      for (const editor of editors) editor.detach()
      const options = { nonce: page.dataset.styleNonce, actions: form.querySelector("[data-actions]"), settings }
      editors = boxes.map((box) => attach(box, options))
      hint.hidden = false
    })
    .catch((error) => console.warn("The code editor did not arrive; the text box stays.", error))
}

const loadOnce = () => loading ?? load()

if (page.dataset.editorUrl) {
  for (const box of boxes) box.addEventListener("focus", loadOnce, { once: true })
  if (window.requestIdleCallback) requestIdleCallback(loadOnce, { timeout: 2000 })
  else setTimeout(loadOnce, 500)
  document.addEventListener("fieldguide:settings", async () => {
    await loading
    if (loading && Boolean(settings.vim) !== isVim) load()
  })
}
