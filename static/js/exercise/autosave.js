// Keeps the code: in this browser half a second after a change, on the server when the typing rests.
// Of two devices that write, one is asked what to do: conflict.js.
import { announce } from "../announce.js";
import { word } from "../words.js";
import { listen, read, write } from "./device.js";
import { boxes, form, page, same, setText, shownTexts, texts, tooLarge } from "./files.js";
import { canSave, load, send } from "./server_draft.js";
import { clock } from "./clock.js";

const HERE_MS = 500
const THERE_MS = 2000
const RETRY_MS = [5000, 15_000, 30_000] // when the server could not be reached

for (const box of boxes) box.autocomplete = "off" // the browser's own memory of it is for pages without this script
const label = form.querySelector("[data-saved]")
let version = Number(page.dataset.draftVersion) // that these texts come from
let onServer = shownTexts() // what the server has as that version, or would begin with
let conflict = null // another draft, of which the learner has not said yet what to do with it
let [hereTimer, thereTimer, failures] = [undefined, undefined, 0]

const isSaved = () => same(onServer, texts())

function setLabel(name, values) {
  const text = word(name, values)
  if (label.textContent !== text) label.textContent = text
}

function saveHere() {
  clearTimeout(hereTimer)
  hereTimer = undefined
  const isKept = write({ files: texts(), version, isSaved: isSaved() })
  if (!isKept && (!canSave || failures)) setLabel("saved-nowhere")
  else if (isKept && (!canSave || failures || conflict || tooLarge())) setLabel("saved-here")
}

/** Take note that the server has `files` as `draft`. */
function noteSaved(draft, files) {
  version = draft.version
  onServer = files
  failures = 0
  form.elements["draft-version"].value = version
  setLabel("saved", { time: clock(draft.updated_at) })
  saveHere()
}

/** Save on the server what it does not have. Resolves to whether it has everything. */
export async function saveThere({ keepalive = false } = {}) {
  clearTimeout(thereTimer)
  let files
  const { status, body } = await send(
    () => {
      files = texts()
      return canSave && !conflict && !isSaved() && !tooLarge() ? { files, version } : null
    },
    { keepalive },
  )
  if (status === 200 && body) noteSaved(body, files)
  else if (status === 409) meet(body.present)
  else if (status !== 200) {
    if (status === 0 || status === 429 || status >= 500) retryLater()
    failures += 1
    saveHere()
  }
  return isSaved()
}

function retryLater() {
  clearTimeout(thereTimer)
  thereTimer = setTimeout(saveThere, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)])
}

/** There is another draft on the server: from here on the learner decides. */
function meet(present) {
  if (same(present.files, texts())) return noteSaved(present, present.files)
  conflict = present
  saveHere()
  document.dispatchEvent(new CustomEvent("fieldguide:conflict", { detail: present }))
}

/** Replace the code here by `files`, as if it had been typed. */
function use(files) {
  for (const box of boxes) if (typeof files[box.dataset.path] === "string") setText(box, files[box.dataset.path])
}

/** Put `files` in place of the code here and of the server's draft; `kept` becomes an entry of the history. */
async function replace(files, kept, reason, base) {
  const { status, body, response } = await send(() => ({ files, version: base(), keep: { files: kept, reason } }))
  if (status === 200) {
    conflict = null
    use(files)
    noteSaved(body, files)
  } else if (status === 409) meet(body.present)
  return { isDone: status === 200, response }
}

/** "theirs" or "mine"; what is not chosen goes to the history. */
export async function choose(choice) {
  const mine = texts()
  const [chosen, other] = choice === "theirs" ? [conflict.files, mine] : [mine, conflict.files]
  return replace(chosen, other, "conflict", () => conflict.version)
}

/** Back to `files`, the start version; the code as it is now goes to the history. */
export async function startOver(files) {
  if (canSave) return replace(files, texts(), "reset", () => version)
  use(files)
  saveHere()
  return { isDone: true, response: null }
}

/** Take over a newer draft while nothing was written here. */
function takeOver(draft) {
  if (conflict || !isSaved() || draft.version <= version) return
  const isNews = !same(draft.files, onServer)
  version = draft.version
  onServer = draft.files
  if (!isNews) return
  use(draft.files)
  const time = clock(draft.updated_at ?? draft.savedAt)
  setLabel("saved", { time })
  announce(word("newer-loaded", { time }))
}

/** After a while away: another device may have gone on. */
async function refresh() {
  if (!canSave) return
  if (!isSaved()) return saveThere()
  const draft = await load()
  if (draft) takeOver(draft)
}

function restore() {
  const record = read()
  const isOnServer = record?.isSaved && version >= record.version
  if (!record || isOnServer || same(record.files, texts())) {
    if (version) setLabel("saved", { time: clock(page.dataset.draftAt) })
    return
  }
  const base = record.isSaved ? version : record.version // the server has forgotten what it had saved
  const present = { files: onServer, version, updated_at: page.dataset.draftAt }
  use(record.files)
  if (base === version) saveThere()
  else meet(present)
}

form.addEventListener("input", () => {
  clearTimeout(hereTimer)
  clearTimeout(thereTimer)
  hereTimer = setTimeout(saveHere, HERE_MS)
  thereTimer = setTimeout(saveThere, THERE_MS)
})
form.addEventListener("focusout", () => isSaved() || saveThere())
addEventListener("online", () => isSaved() || saveThere())

/** A page that goes away takes its timers with it. */
function leave() {
  if (isSaved()) return
  saveHere()
  saveThere({ keepalive: true })
}
addEventListener("pagehide", leave)
addEventListener("pageshow", (event) => event.persisted && refresh())
document.addEventListener("visibilitychange", () => (document.hidden ? leave() : refresh()))
listen((record) => record.isSaved && takeOver(record))

// Pages that compare or list what was written read the server's draft: it is saved first.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-saves-first]")
  if (!link || isSaved() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  await saveThere()
  location.assign(link.href)
})

document.addEventListener("keydown", async (event) => {
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return
  event.preventDefault()
  saveHere()
  await saveThere()
  announce(label.textContent)
})

export { restore }
