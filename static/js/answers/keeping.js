// Keeps what is typed into an answered exercise in this browser, half a second after a change, until it is handed in.
// The record: {version, fields: [[name, value], …], attempt, isSent}. attempt is the newest one of the page that wrote it:
// what was sent has arrived when there is another.
import { announce } from "../announce.js";
import { makeShelf } from "../shelf.js";
import { word } from "../words.js";

const HERE_MS = 500

const label = document.querySelector("[data-answers]") // says what is kept
const form = label?.closest("form")
const shelf = label && makeShelf(`answers:${label.dataset.answers}`, label.dataset.deviceKey)
let atFirst = "" // the fields as the server filled them
let isMine = false // until something changes here, the record may be another tab's
let [isWaiting, isSent, timer] = [false, false, undefined]

const fields = (of = form) => [...new FormData(of)].filter(([name]) => name !== "csrfmiddlewaretoken")

function fieldsOfServer() {
  const copy = form.cloneNode(true)
  copy.reset()
  return fields(copy)
}

function setLabel(text) {
  if (label.textContent !== text) label.textContent = text
}

function save() {
  clearTimeout(timer)
  isWaiting = false
  isMine = true
  const written = fields()
  if (JSON.stringify(written) === atFirst) {
    shelf.clear()
    return setLabel("")
  }
  const { version, attempt } = label.dataset
  const isKept = shelf.put({ version, fields: written, attempt, isSent })
  form.autocomplete = isKept ? "off" : "on" // the browser's own memory knows of no rows that were added here
  setLabel(word(isKept ? "kept-here" : "kept-nowhere"))
}

const saveWhatWaits = () => isWaiting && save()

function putBack(written) {
  const values = {}
  for (const [name, value] of written) (values[name] ??= []).push(value)
  for (const field of form.elements) {
    if (!field.name || !/^(INPUT|SELECT|TEXTAREA)$/.test(field.tagName) || field.type === "hidden") continue
    const left = values[field.name] ?? []
    if (["radio", "checkbox"].includes(field.type)) field.checked = left.includes(field.value)
    else field.value = left.shift() ?? ""
  }
}

/** What to begin with: what the server gave back as it was sent, else what is kept here of this version. */
function begin(makeRoom) {
  const { version, attempt, isTyped } = label.dataset
  if (isTyped !== undefined) return save()
  atFirst = JSON.stringify(fieldsOfServer())
  if (JSON.stringify(fields()) !== atFirst) return save() // somebody was quicker than this script
  const record = shelf.own() ?? shelf.inherited()
  if (record?.version !== version || !Array.isArray(record.fields)) return
  if (record.isSent && record.attempt !== attempt) return shelf.clear()
  makeRoom?.(record.fields)
  putBack(record.fields)
  save()
}

/** Begin to keep. `makeRoom(fields)` adds the inputs that the server did not send and these fields need. */
export function keepAnswers({ makeRoom } = {}) {
  if (!label) return // nothing is kept of what is not stored yet
  begin(makeRoom)
  form.addEventListener("input", () => {
    clearTimeout(timer)
    isWaiting = true
    isSent = false
    form.autocomplete = "off"
    timer = setTimeout(save, HERE_MS)
  })
  form.addEventListener("submit", ({ submitter }) => {
    isSent = submitter?.value === "submit" // the other buttons ask for something else
    if (isMine || isWaiting) save()
  })
  addEventListener("pagehide", saveWhatWaits)
  document.addEventListener("visibilitychange", () => document.hidden && saveWhatWaits())
  document.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return
    event.preventDefault()
    saveWhatWaits()
    announce(label.textContent)
  })
}
