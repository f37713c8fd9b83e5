// Puts a code editor over each text box, when the page is idle or somebody is about to type.
// Where it was not built, or does not arrive, the text box stays.
import { boxes, form, page } from "./files.js";
import { settings } from "./settings.js";

const hint = form.querySelector("[data-editor-hint]")
const editors = [] // what attach() gave for each box
const typed = new Set() // boxes in which somebody has typed, and not a draft been put
let [loading, isVim] = [undefined, false]

/** The editor with the keys that the reader chose; those of Vim are a file of their own, which only they load. */
async function load() {
  isVim = Boolean(settings.vim && page.dataset.vimUrl)
  const { prepare } = await import(isVim ? page.dataset.vimUrl : page.dataset.editorUrl)
  const attach = await prepare()
  const options = { nonce: page.dataset.styleNonce, actions: form.querySelector("[data-actions]"), settings }
  for (const [index, box] of boxes.entries()) {
    editors[index] = await attach(box, { ...options, isTyping: () => typed.has(box), replaced: editors[index] })
  }
  hint.hidden = false
}

function begin() {
  loading = load().catch((error) => console.warn("The code editor did not arrive; the text box stays.", error))
}

const loadOnce = () => loading ?? begin()

if (page.dataset.editorUrl) {
  for (const box of boxes) {
    box.addEventListener("focus", loadOnce, { once: true })
    box.addEventListener("input", ({ isTrusted }) => isTrusted && typed.add(box))
  }
  if (window.requestIdleCallback) requestIdleCallback(loadOnce, { timeout: 2000 })
  else setTimeout(loadOnce, 500)
  document.addEventListener("fieldguide:settings", async () => {
    await loading
    if (loading && Boolean(settings.vim) !== isVim) begin()
  })
}
