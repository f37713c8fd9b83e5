// The editor of learners, for staff: the same over Markdown and TOML, with problems in the margin and pictures.
import { Prec } from "@codemirror/state"
import { EditorView, keymap } from "@codemirror/view"
import { Language, LanguageSupport, StreamLanguage } from "@codemirror/language"
import { lintGutter, setDiagnostics } from "@codemirror/lint"
import { markdownKeymap, markdownLanguage } from "@codemirror/lang-markdown"
import { python, pythonLanguage } from "@codemirror/lang-python"
import { toml } from "@codemirror/legacy-modes/mode/toml"
import { parseCode } from "@lezer/markdown"

import { attach as attachEditor } from "../editor/index.js"
import { menuOfBlocks, menuOfCases } from "./blocks.js"

// Without HTML, which would bring the languages of scripts and of style sheets along; listings are Python, mostly.
const listings = parseCode({ codeParser: (info) => (/^python\b/.test(info) ? pythonLanguage.parser : null) })
const markdown = new Language(markdownLanguage.data, markdownLanguage.parser.configure(listings), [], "markdown")

const languages = {
  markdown: () => [new LanguageSupport(markdown), Prec.high(keymap.of(markdownKeymap)), menuOfBlocks, EditorView.lineWrapping],
  toml: (box) => [StreamLanguage.define(toml), box.dataset.skeletons ? menuOfCases(box) : []],
  python: (box, label) => (label.endsWith(".py") ? [] : python()), // the editor below sees the name of a file by itself
}

function diagnostics(view, problems) {
  return problems.map(({ line, message }) => {
    const { from, to, text } = view.state.doc.line(Math.min(Math.max(line ?? 1, 1), view.state.doc.lines))
    return { from: from + Math.max(text.search(/\S/), 0), to, severity: "error", message }
  })
}

/**
 * Put an editor over `box`, whose data-edited says what is written there. `nonce` is the page's for styles, `label`
 * what the box is called, `take(box, transfer)` takes the pictures of a paste or a drop.
 */
export function attach(box, { nonce, label, take }) {
  box.dataset.path = label
  const own = [
    languages[box.dataset.edited](box, label),
    lintGutter(),
    EditorView.contentAttributes.of({
      spellcheck: String(box.dataset.edited === "markdown"),
      ...(box.dataset.edited === "markdown" && { translate: "no", autocorrect: "on", autocapitalize: "sentences" }),
      ...(box.getAttribute("aria-describedby") && { "aria-describedby": box.getAttribute("aria-describedby") }),
      ...(box.getAttribute("aria-invalid") && { "aria-invalid": "true" }),
    }),
    EditorView.domEventHandlers({
      focus: () => void box.dispatchEvent(new CustomEvent("fieldguide:focus")),
      paste: (event) => box.dataset.edited === "markdown" && take(box, event.clipboardData),
      drop: (event) => box.dataset.edited === "markdown" && take(box, event.dataTransfer),
    }),
  ]
  const actions = document.createElement("div")
  box.after(actions)
  const editor = attachEditor(box, { nonce, actions, settings: {}, keys: own })
  const view = EditorView.findFromDOM(box.previousElementSibling)
  view.dom.style.setProperty("--rows", box.rows)

  box.addEventListener("fieldguide:problems", ({ detail }) => view.dispatch(setDiagnostics(view.state, diagnostics(view, detail))))
  box.addEventListener("fieldguide:caret", ({ detail }) => (detail.caret = view.state.selection.main.head))
  box.addEventListener("fieldguide:insert", (event) => {
    event.preventDefault()
    const { main } = view.state.selection
    const { from, to, insert, caret } = event.detail.change(view.state.doc.toString(), main.from, main.to)
    view.dispatch({ changes: { from, to, insert }, selection: { anchor: caret }, scrollIntoView: true, userEvent: "input.paste" })
    view.focus()
  })
  return editor
}
