// What this browser keeps of the code: {files, version, isSaved, savedAt}. version is that of the server's draft which it
// comes from, isSaved whether the server has it.
import { makeShelf } from "../shelf.js";
import { page } from "./files.js";

const { exercise, deviceKey } = page.dataset
const shelf = makeShelf(`draft:${exercise}`, deviceKey, `fieldguide:code:${exercise}`) // before the server kept drafts

/** The record, or null. One that comes from a guest knows no version of the account's draft. */
export function read() {
  const own = shelf.own()
  if (own?.files) return own
  const other = shelf.inherited()
  return other?.files ? { ...other, version: page.dataset.draftVersion === "0" ? 0 : -1, isSaved: other.isSaved ?? false } : null
}

/** Returns whether the browser took it. */
export function write(record) {
  return shelf.put({ ...record, savedAt: Date.now() })
}

/** `hear(record)` is called when another tab has written one. */
export function listen(hear) {
  addEventListener("storage", (event) => event.key === shelf.key && event.newValue && hear(JSON.parse(event.newValue)))
}
