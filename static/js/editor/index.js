// The code editor: CodeMirror over a text box, which stays the form's field and the truth for every other module.
import { Compartment, EditorState, Prec } from "@codemirror/state"
import {
  EditorView, drawSelection, dropCursor, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers,
} from "@codemirror/view"
import { defaultKeymap, history, historyKeymap, indentWithTab, toggleTabFocusMode } from "@codemirror/commands"
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language"
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete"
import { lintKeymap, setDiagnostics } from "@codemirror/lint"
import { python } from "@codemirror/lang-python"

import { word } from "../words.js"
import { highlighting, theme } from "./theme.js"
import { addSymbols } from "./symbols.js"

const narrow = matchMedia("(max-width: 56rem)")
const isPython = (path) => path.endsWith(".py")

/**
 * Long lines wrap on phones only, unless the reader chose: a wrapped line of Python is hard to read where there is room
 * to scroll.
 */
function wrapping({ wrap }) {
  return (wrap ?? narrow.matches) ? EditorView.lineWrapping : []
}

// The way out of the editor, whatever other keys do with Escape: for two seconds Tab moves the focus.
const wayOut = EditorView.domEventObservers({
  keydown: (event, view) => event.key === "Escape" && view.setTabFocusMode(2000),
})

// Chromium writes a style attribute where something is typed over selected lines, and the policy refuses it with an error:
// the editor replaces them itself, as other extensions (closing brackets) would have it.
const overSelection = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { main } = view.state.selection
    if (event.inputType !== "insertText" || !event.data || event.isComposing || view.composing || main.empty) return false
    const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true })
    const handlers = view.state.facet(EditorView.inputHandler)
    if (!handlers.some((handle) => handle(view, main.from, main.to, event.data, insert))) view.dispatch(insert())
    return true
  },
})

function extensions(box, { nonce, settings, keys }, wrap) {
  const path = box.dataset.path
  return [
    EditorView.cspNonce.of(nonce),
    wayOut,
    overSelection,
    keys,
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    dropCursor(),
    EditorState.allowMultipleSelections.of(true),
    EditorState.tabSize.of(4),
    indentUnit.of("    "),
    indentOnInput(),
    syntaxHighlighting(highlighting),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    isPython(path) ? python() : [],
    wrap.of(wrapping(settings)),
    theme,
    Prec.high(keymap.of([{ key: "Ctrl-m", run: toggleTabFocusMode }])),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
    EditorView.contentAttributes.of({
      "aria-label": word("editor", { path }),
      autocapitalize: "off",
      autocorrect: "off",
      spellcheck: "false",
      translate: "no",
      tabindex: "0",
    }),
    EditorView.updateListener.of((update) => {
      if (!update.docChanged || box.value === update.state.doc.toString()) return
      box.value = update.state.doc.toString()
      box.dispatchEvent(new Event("input", { bubbles: true }))
    }),
  ]
}

/** The lines of this file that the result in `place` speaks of: {number, message}, each once. */
function problems(box, place, { errorLine, headline }) {
  const path = box.dataset.path
  const links = [...place.querySelectorAll("[data-goto-line]")]
  if (!links.length && errorLine) return [{ number: Number(errorLine), message: headline }]
  const found = links.filter((link) => (link.dataset.gotoFile || path) === path).map((link) => ({
    number: Number(link.dataset.gotoLine),
    message: link.closest("li")?.querySelector(".test-name")?.textContent ?? headline,
  }))
  return [...new Map(found.reverse().map((one) => [one.number, one])).values()].sort((one, other) => one.number - other.number)
}

/** Mark the lines where the last run stopped or failed; typing moves the marks along, the next result replaces them. */
function mark(view, found) {
  const diagnostics = found.filter(({ number }) => number >= 1 && number <= view.state.doc.lines).map(({ number, message }) => {
    const line = view.state.doc.line(number)
    return { from: line.from + line.text.search(/\S|$/), to: line.to, severity: "error", message, source: word("last-run") }
  })
  view.dispatch(setDiagnostics(view.state, diagnostics))
}

function goTo(view, number) {
  const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines))
  view.dispatch({ selection: { anchor: line.from + line.text.search(/\S|$/) }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) })
  view.focus()
}

/**
 * Put an editor over `box`, at its size. `nonce` is the page's for styles, `actions` the element for the row of symbols,
 * `settings` the reader's (js/exercise/settings.js), `keys` an extension with other keys than the usual. Returns
 * {detach}, which gives the box back.
 */
export function attach(box, { nonce, actions, settings, keys = [] }) {
  const wrap = new Compartment()
  const hadFocus = document.activeElement === box
  const { selectionStart, selectionEnd } = box
  const view = new EditorView({
    doc: box.value,
    selection: { anchor: selectionStart, head: selectionEnd },
    extensions: extensions(box, { nonce, settings, keys }, wrap),
  })
  const symbols = addSymbols(view, actions)
  const gone = new AbortController()
  const listen = (target, name, act) => target.addEventListener(name, act, { signal: gone.signal })

  function arrange() {
    view.dispatch({ effects: wrap.reconfigure(wrapping(settings)) })
    view.setTabFocusMode(settings.tabMoves ?? false)
  }

  box.before(view.dom)
  box.hidden = true
  arrange()
  if (hadFocus) view.focus()
  const label = document.querySelector(`label[for="${box.id}"]`)
  if (label) listen(label, "click", () => view.focus())
  listen(narrow, "change", arrange)
  listen(document, "fieldguide:settings", arrange)
  listen(box, "input", () => {
    if (box.value === view.state.doc.toString()) return
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: box.value } })
  })
  listen(box, "fieldguide:line", (event) => {
    event.preventDefault()
    goTo(view, event.detail.line)
  })
  if (isPython(box.dataset.path)) {
    listen(document, "fieldguide:result", (event) => mark(view, problems(box, event.target, event.detail)))
    const shown = document.querySelector("[data-live-result]")
    if (shown) mark(view, problems(box, shown, shown.dataset))
  }

  function detach() {
    gone.abort()
    symbols.remove()
    box.hidden = false
    view.destroy()
  }
  return { detach }
}
