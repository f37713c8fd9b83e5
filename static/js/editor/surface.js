// What one types in. It is made in three steps, between which a page can answer: constructor, draw(), show().
import { Compartment, EditorState, Prec, Transaction } from "@codemirror/state"
import {
  EditorView, drawSelection, dropCursor, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers,
} from "@codemirror/view"
import { defaultKeymap, history, historyKeymap, indentWithTab, toggleTabFocusMode } from "@codemirror/commands"
import { indentUnit } from "@codemirror/language"
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete"

import { word } from "../words.js"
import { lintKeys, mark, problems } from "./problems.js"
import { makeSymbols } from "./symbols.js"
import { theme } from "./theme.js"

const narrow = matchMedia("(max-width: 56rem)")

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

// The editor writes what is typed itself, as other extensions (closing brackets) would have it, and does not leave it to
// the browser to be read back: a fifth of what a key costs. Chromium would also write a style attribute where something is
// typed over selected lines, and the policy refuses that with an error. Screen keyboards that compose words go on doing so.
const typed = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { main } = view.state.selection
    if (event.inputType !== "insertText" || !event.data || event.isComposing || view.composing) return false
    const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true })
    const handlers = view.state.facet(EditorView.inputHandler)
    if (!handlers.some((handle) => handle(view, main.from, main.to, event.data, insert))) view.dispatch(insert())
    return true
  },
})

function extensions(label, { nonce, keys }, onUpdate) {
  return [
    EditorView.cspNonce.of(nonce),
    wayOut,
    typed,
    keys,
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    history(),
    keys.length === 0 ? [] : drawSelection(), // Vim's selections are not the browser's
    dropCursor(),
    EditorState.allowMultipleSelections.of(true),
    EditorState.tabSize.of(4),
    indentUnit.of("    "),
    closeBrackets(),
    highlightActiveLine(),
    theme,
    Prec.high(keymap.of([{ key: "Ctrl-m", run: toggleTabFocusMode }])),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
    EditorView.contentAttributes.of({
      "aria-label": label,
      autocapitalize: "off",
      autocorrect: "off",
      spellcheck: "false",
      translate: "no",
      tabindex: "0",
    }),
    EditorView.updateListener.of(onUpdate),
  ]
}

export class Surface {
  /** An editor for `box` with its text, and with `more`; index.js says what the options are. */
  constructor(box, { nonce, label, actions, settings, keys = [], goOn, isTyping, replaced }, more = []) {
    this.box = box
    this.actions = actions
    this.settings = settings
    this.replaced = replaced
    this.goOn = goOn
    this.isTyping = isTyping
    this.gone = new AbortController()
    this.wrap = new Compartment()
    this.added = [more]
    this.more = new Compartment() // what was added, as one
    this.state = EditorState.create({
      doc: box.value,
      extensions: [
        this.more.of(this.added),
        extensions(label ?? word("editor", { path: box.dataset.path }), { nonce, keys }, (update) => this.follow(update)),
        this.wrap.of(wrapping(settings)),
      ],
    })
  }

  /** Make its elements, which are not in the page yet. */
  draw() {
    this.view = new EditorView({ state: this.state })
  }

  /** Put it in the place of the box, with the text and the focus that this has by now, or of another editor. */
  show() {
    const { box, view, replaced } = this
    const before = replaced?.view
    const hadFocus = document.activeElement === box || Boolean(before?.hasFocus)
    const { anchor, head } = before?.state.selection.main ?? { anchor: box.selectionStart, head: box.selectionEnd }
    this.replaced = undefined
    replaced?.detach()
    // What was typed meanwhile is where the editor begins, and nothing to undo.
    this.take(box.value, { anchor, head }, Transaction.addToHistory.of(false))
    box.before(view.dom)
    box.hidden = true
    this.arrange() // the settings, too, may be others by now
    if (hadFocus) view.focus()
    if (hadFocus && !before && this.isTyping?.()) this.goOn?.(view)
    this.listenAll()
  }

  get isPython() {
    return this.box.dataset.path.endsWith(".py")
  }

  listen(target, name, act) {
    target.addEventListener(name, act, { signal: this.gone.signal })
  }

  listenAll() {
    const { box, view } = this
    const label = document.querySelector(`label[for="${box.id}"]`)
    if (label) this.listen(label, "click", () => view.focus())
    this.listen(narrow, "change", () => this.arrange())
    this.listen(document, "fieldguide:settings", () => this.arrange())
    this.listen(box, "input", () => this.take(box.value))
    this.listen(box, "fieldguide:line", (event) => {
      event.preventDefault()
      this.goTo(event.detail.line)
    })
  }

  follow({ docChanged, state }) {
    if (docChanged) this.mirror(state.doc)
    if (state.selection.ranges.length === 1 || this.drawsSelections) return
    // The browser shows one selection, at no cost for each key.
    this.drawsSelections = true
    this.add(drawSelection())
  }

  /** Have the editor say what the box says. */
  take(text, selection, annotations) {
    const { doc } = this.view.state
    const changes = text === doc.toString() ? undefined : { from: 0, to: doc.length, insert: text }
    if (changes || selection) this.view.dispatch({ changes, selection, annotations })
  }

  /** Have the box say what `doc` says. */
  mirror(doc) {
    const text = doc.toString()
    if (this.box.value === text) return
    this.box.value = text
    this.box.dispatchEvent(new Event("input", { bubbles: true }))
  }

  arrange() {
    this.view.dispatch({ effects: this.wrap.reconfigure(wrapping(this.settings)) })
    this.view.setTabFocusMode(this.settings.tabMoves ?? false)
  }

  goTo(number) {
    const { view } = this
    const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines))
    view.dispatch({ selection: { anchor: line.from + line.text.search(/\S|$/) }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) })
    view.focus()
  }

  /** Add an extension to the editor. */
  add(extension) {
    this.added.push(extension)
    this.view.dispatch({ effects: this.more.reconfigure([...this.added]) })
  }

  /** Put the row of symbols above the buttons. */
  addSymbols() {
    this.symbols = makeSymbols(this.view)
    this.actions.prepend(this.symbols)
  }

  /** Mark what the result on the page speaks of, and what each later one does. */
  followResults() {
    if (!this.isPython) return
    const { path } = this.box.dataset
    this.add(lintKeys)
    this.listen(document, "fieldguide:result", (event) => mark(this.view, problems(path, event.target, event.detail)))
    const shown = document.querySelector("[data-live-result]")
    const found = shown ? problems(path, shown, shown.dataset) : []
    if (found.length) mark(this.view, found)
  }

  detach() {
    this.gone.abort()
    this.symbols.remove()
    this.box.hidden = false
    this.view.destroy()
  }
}
