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

import { highlighting, theme } from "./theme.js"
import { addSymbols } from "./symbols.js"

const narrow = matchMedia("(max-width: 56rem)")
const isPython = (path) => path.endsWith(".py")

/** Long lines wrap on phones only: a wrapped line of Python is hard to read where there is room to scroll. */
function wrapping() {
  return narrow.matches ? EditorView.lineWrapping : []
}

function extensions(box, nonce, wrap) {
  const path = box.dataset.path
  return [
    EditorView.cspNonce.of(nonce),
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
    wrap.of(wrapping()),
    theme,
    Prec.high(keymap.of([{ key: "Ctrl-m", run: toggleTabFocusMode }])),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
    EditorView.contentAttributes.of({
      "aria-label": `Code editor, ${path}. Press Escape, then Tab, to leave.`,
      autocapitalize: "off",
      autocorrect: "off",
      spellcheck: "false",
      translate: "no",
    }),
    EditorView.updateListener.of((update) => {
      if (!update.docChanged || box.value === update.state.doc.toString()) return
      box.value = update.state.doc.toString()
      box.dispatchEvent(new Event("input", { bubbles: true }))
    }),
  ]
}

/** Mark the line on which the last run stopped; typing moves the mark along, the next result replaces it. */
function mark(view, { errorLine, headline }) {
  const number = Number(errorLine)
  const known = number >= 1 && number <= view.state.doc.lines
  const line = known ? view.state.doc.line(number) : null
  const from = line ? line.from + line.text.search(/\S|$/) : 0
  const diagnostics = line ? [{ from, to: line.to, severity: "error", message: headline, source: "last run" }] : []
  view.dispatch(setDiagnostics(view.state, diagnostics))
}

function goTo(view, number) {
  const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines))
  view.dispatch({ selection: { anchor: line.from + line.text.search(/\S|$/) }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) })
  view.focus()
}

/** Put an editor over `box`, at its size. `nonce` is the page's for styles, `actions` the element for the row of symbols. */
export function attach(box, { nonce, actions }) {
  const wrap = new Compartment()
  const hadFocus = document.activeElement === box
  const { selectionStart, selectionEnd } = box
  const view = new EditorView({
    doc: box.value,
    selection: { anchor: selectionStart, head: selectionEnd },
    extensions: extensions(box, nonce, wrap),
  })
  box.before(view.dom)
  box.hidden = true
  document.querySelector(`label[for="${box.id}"]`)?.addEventListener("click", () => view.focus())
  if (hadFocus) view.focus()

  narrow.addEventListener("change", () => view.dispatch({ effects: wrap.reconfigure(wrapping()) }))
  box.addEventListener("input", () => {
    if (box.value === view.state.doc.toString()) return
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: box.value } })
  })
  box.addEventListener("fieldguide:line", (event) => {
    event.preventDefault()
    goTo(view, event.detail.line)
  })
  document.addEventListener("fieldguide:result", (event) => isPython(box.dataset.path) && mark(view, event.detail))
  const shown = document.querySelector("[data-live-result]")
  if (shown && isPython(box.dataset.path)) mark(view, shown.dataset)
  addSymbols(view, actions)
}
