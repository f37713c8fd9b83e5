// What this browser keeps of the code: {files, version, isSaved, savedAt}. version is that of the server's draft which it
// comes from, isSaved whether the server has it. Accounts are kept apart; a guest's goes on with the account at a login.
import { page } from "./files.js";

const guestKey = `fieldguide:draft:${page.dataset.exercise}:`
const key = guestKey + page.dataset.deviceKey
const earlierKey = `fieldguide:code:${page.dataset.exercise}` // before the server kept drafts

function get(name) {
  try {
    return JSON.parse(localStorage.getItem(name))
  } catch {
    return null // storage is closed, or something else wrote there
  }
}

/** The record, or null. One that comes from a guest knows no version of the account's draft. */
export function read() {
  const own = get(key)
  if (own?.files) return own
  const other = (key !== guestKey && get(guestKey)) || get(earlierKey)
  return other?.files ? { ...other, version: page.dataset.draftVersion === "0" ? 0 : -1, isSaved: other.isSaved ?? false } : null
}

/** Returns whether the browser took it. */
export function write(record) {
  try {
    localStorage.setItem(key, JSON.stringify({ ...record, savedAt: Date.now() }))
    for (const other of [guestKey, earlierKey]) if (other !== key) localStorage.removeItem(other)
    return true
  } catch {
    return false
  }
}

/** `hear(record)` is called when another tab has written one. */
export function listen(hear) {
  addEventListener("storage", (event) => event.key === key && event.newValue && hear(JSON.parse(event.newValue)))
}
