// Marks in the editor where the last run stopped or failed.
import { keymap } from "@codemirror/view"
import { lintKeymap, setDiagnostics } from "@codemirror/lint"

import { word } from "../words.js"

export const lintKeys = keymap.of(lintKeymap)

/** The lines of this file that the result in `place` speaks of: {number, message}, each once. */
export function problems(path, place, { errorLine, headline }) {
  const links = [...place.querySelectorAll("[data-goto-line]")]
  if (!links.length && errorLine) return [{ number: Number(errorLine), message: headline }]
  const found = links.filter((link) => (link.dataset.gotoFile || path) === path).map((link) => ({
    number: Number(link.dataset.gotoLine),
    message: link.closest("li")?.querySelector(".test-name")?.textContent ?? headline,
  }))
  return [...new Map(found.reverse().map((one) => [one.number, one])).values()].sort((one, other) => one.number - other.number)
}

/** Mark the lines where the last run stopped or failed; typing moves the marks along, the next result replaces them. */
export function mark(view, found) {
  const diagnostics = found.filter(({ number }) => number >= 1 && number <= view.state.doc.lines).map(({ number, message }) => {
    const line = view.state.doc.line(number)
    return { from: line.from + line.text.search(/\S|$/), to: line.to, severity: "error", message, source: word("last-run") }
  })
  view.dispatch(setDiagnostics(view.state, diagnostics))
}
