// A row of the characters that screen keyboards hide, above the buttons of a phone while somebody types code.
import { indentMore } from "@codemirror/commands"
import { insertBracket } from "@codemirror/autocomplete"
import { word } from "../words.js"

const SYMBOLS = ["(", ")", "[", "]", "{", "}", ":", '"', "'", "=", "_", "#"]

function insert(view, text) {
  const closing = insertBracket(view.state, text)
  view.dispatch(closing ?? view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true })
}

function key(label, name, press) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "symbol"
  button.textContent = label
  if (name) button.setAttribute("aria-label", name)
  button.addEventListener("pointerdown", (event) => event.preventDefault()) // the editor keeps the focus and the keyboard
  button.addEventListener("click", press)
  return button
}

/** The row for `view`; the style sheet shows it on touch screens only. */
export function makeSymbols(view) {
  const row = document.createElement("div")
  row.className = "symbols"
  row.hidden = !view.hasFocus
  row.setAttribute("role", "group")
  row.setAttribute("aria-label", word("characters"))
  row.append(
    key("Tab", word("indent"), () => indentMore(view)),
    ...SYMBOLS.map((symbol) => key(symbol, "", () => insert(view, symbol))),
  )
  view.contentDOM.addEventListener("focus", () => (row.hidden = false))
  view.contentDOM.addEventListener("blur", (event) => (row.hidden = !row.contains(event.relatedTarget)))
  return row
}
