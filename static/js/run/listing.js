// One listing of a lesson that is run or edited: its form comes from the page that runs it without JavaScript.
import { announce } from "../announce.js";
import { makeRunner, requestIn } from "./runner.js";

const KEEP_MS = 500 // after the last key

const opened = new Map() // by block

/** The listing of `block`, made at the first call. */
export function open(block, parts) {
  if (!opened.has(block)) opened.set(block, makeListing(block, parts))
  return opened.get(block)
}

function makePane(block) {
  const pane = document.createElement("div")
  pane.className = "run-pane"
  const place = document.createElement("div")
  place.className = "run-place"
  place.dataset.pane = ""
  place.hidden = true
  pane.append(place)
  block.append(pane)
  return { pane, place }
}

async function fetchForm(url) {
  const address = new URL("form", url)
  address.search = new URL(url).search // which version staff is trying
  const response = await fetch(address).catch(() => null)
  if (!response?.ok) return null
  const page = new DOMParser().parseFromString(await response.text(), "text/html")
  return page.querySelector("[data-run-form]")
}

function makeListing(block, { url, tools, shelf, run: runButton, edit: editButton, leave }) {
  const code = block.querySelector(".hl")
  const head = block.querySelector(".cbhead")
  let fetching = null
  let parts = null // once the form is there: form, box, runner
  let pane = null
  let keeping // a timer

  /** Get the form and put it into the block; null when it cannot be had: then the listing is as it was. */
  async function prepare() {
    if (parts) return parts
    const form = await (fetching ??= fetchForm(url))
    if (parts) return parts
    if (!form) {
      if (fetching) leave() // once, if both buttons were pressed
      fetching = null
      closePane()
      return null
    }
    const file = form.querySelector(".file")
    const box = file.querySelector("textarea")
    const label = file.querySelector("label")
    box.setAttribute("aria-label", label.textContent) // and no id: another listing may have been fetched before
    box.removeAttribute("id")
    label.remove()
    box.defaultValue = box.defaultValue.replace(/\n$/, "") // an editor would show an empty line more than the listing
    file.hidden = true
    code.after(file)
    pane.pane.prepend(form)
    form.querySelector("[data-run]").remove() // the one in the head is enough
    const token = form.elements.csrfmiddlewaretoken.value
    parts = { form, file, box, runner: makeRunner(pane.place, { tools, token }) }
    form.addEventListener("submit", (event) => {
      event.preventDefault() // Enter in the request line
      run()
    })
    box.addEventListener("input", markChanged)
    return parts
  }

  /** A button in the head, hidden until there is a use for it. */
  function addButton(text, act) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "btn btn--quiet run-reset"
    button.textContent = text
    button.hidden = true
    editButton.before(button)
    button.addEventListener("click", act)
    return button
  }

  const reset = addButton(tools.dataset.reset, () => {
    parts.box.value = parts.box.defaultValue
    parts.box.dispatchEvent(new Event("input", { bubbles: true }))
    announce(tools.dataset.wasReset)
    focusCode()
  })

  // Under a long listing, or a low window, what comes of a run is out of sight, and the page does not scroll by itself.
  const toOutput = addButton(tools.dataset.output, () => {
    pane.place.tabIndex = -1
    pane.place.scrollIntoView({ block: "nearest" })
    pane.place.focus({ preventScroll: true })
  })
  const outOfSight = new IntersectionObserver(([{ intersectionRatio }]) => (toOutput.hidden = intersectionRatio > 0.5), {
    threshold: [0, 0.5, 1],
  })

  function markChanged() {
    const { value, defaultValue } = parts.box
    reset.hidden = value === defaultValue
    clearTimeout(keeping)
    keeping = setTimeout(keep, KEEP_MS)
  }

  /** Have the browser keep what was changed, and of what; nothing where it has all. */
  function keep() {
    if (keeping === undefined) return
    clearTimeout(keeping)
    keeping = undefined
    const { value, defaultValue } = parts.box
    if (value === defaultValue) shelf.clear()
    else shelf.put({ text: value, of: defaultValue })
  }
  addEventListener("pagehide", keep)

  function focusCode() {
    const editor = parts.file.querySelector(".cm-content")
    if (editor) editor.focus()
    else parts.box.focus()
  }

  function addHint(text) {
    const hint = document.createElement("p")
    hint.className = "run-hint"
    hint.textContent = text
    parts.file.append(hint)
  }

  function openPane() {
    pane ??= makePane(block)
    block.classList.add("codeblock--run")
  }

  function closePane() {
    runButton.removeAttribute("aria-busy")
    outOfSight.disconnect()
    toOutput.hidden = true
    pane?.pane.remove()
    pane = null
    block.classList.remove("codeblock--run")
  }

  async function run() {
    openPane()
    pane.place.hidden = false
    outOfSight.observe(pane.place)
    runButton.setAttribute("aria-busy", "true")
    const ready = await prepare()
    if (!ready) return
    const job = { ...JSON.parse(ready.form.dataset.subject), request: requestIn(ready.form) }
    if (ready.box.value !== ready.box.defaultValue) job.files = { [ready.box.dataset.path]: ready.box.value }
    await ready.runner.run(job)
    runButton.removeAttribute("aria-busy")
  }

  /** Put an editor in the place of the listing, at its size. Where none was built, a text box. */
  async function edit() {
    openPane()
    const ready = await prepare()
    if (!ready || !ready.file.hidden) return
    block.querySelector(".run-kept")?.remove()
    const kept = shelf.own() ?? shelf.inherited()
    if (kept) {
      ready.box.value = kept.text
      reset.hidden = false
      if (kept.of !== ready.box.defaultValue) addHint(tools.dataset.changedSince)
    }
    ready.file.style.minHeight = `${code.offsetHeight}px`
    code.hidden = true
    ready.file.hidden = false
    editButton.hidden = true
    ready.box.focus()
    if (tools.dataset.editorUrl) {
      const nonce = document.querySelector("[data-style-nonce]").dataset.styleNonce
      const label = tools.dataset.editor.replace("{path}", ready.box.dataset.path)
      await import(tools.dataset.editorUrl)
        .then(({ prepare }) => prepare())
        .then((attach) => attach(ready.box, { nonce, label, actions: ready.form, settings: {} }))
        .then(() => addHint(tools.dataset.hint)) // it keeps Tab for itself; here Escape alone leads out
        .catch((error) => console.warn("The code editor did not arrive; the text box stays.", error))
    }
  }

  // The way out: the editor keeps Tab for itself.
  block.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !event.target.closest(".file")) return
    event.preventDefault()
    runButton.focus()
  })

  return { run, edit }
}
