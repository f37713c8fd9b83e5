// The colours of the editor are the site's: the same ten syntax tokens as the listings of lessons.
import { EditorView } from "@codemirror/view"
import { HighlightStyle } from "@codemirror/language"
import { tags as t } from "@lezer/highlight"

export const highlighting = HighlightStyle.define([
  { tag: [t.comment, t.lineComment, t.blockComment], color: "var(--sx-com)", fontStyle: "italic" },
  { tag: [t.keyword, t.controlKeyword, t.definitionKeyword, t.moduleKeyword, t.operatorKeyword, t.bool, t.null], color: "var(--sx-kw)", fontWeight: "600" },
  { tag: [t.string, t.docString, t.special(t.string)], color: "var(--sx-str)" },
  { tag: [t.number, t.integer, t.float, t.escape], color: "var(--sx-num)" },
  { tag: [t.function(t.definition(t.variableName)), t.function(t.propertyName)], color: "var(--sx-fn)" },
  { tag: [t.className, t.definition(t.className), t.typeName, t.tagName], color: "var(--sx-cls)" },
  { tag: t.meta, color: "var(--sx-dec)" },
  { tag: [t.standard(t.variableName), t.self, t.attributeName], color: "var(--sx-bi)" },
  { tag: [t.operator, t.punctuation, t.derefOperator], color: "var(--sx-op)" },
  { tag: t.invalid, color: "var(--sx-err)" },
])

export const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--code)", fontSize: "var(--code-size, .9rem)" },
  "&.cm-focused": { outline: "none" }, // the ring is drawn by editor.css, above the line numbers
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "var(--lh-code)", overflow: "auto" },
  ".cm-content": { padding: "var(--s-4) 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 var(--s-4) 0 var(--s-2)" },
  ".cm-gutters": { backgroundColor: "var(--code)", color: "var(--ink-3)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 var(--s-2) 0 var(--s-3)", minWidth: "2.5rem" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--surface) 55%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  ".cm-cursor, .cm-dropCursor": { borderLeft: "2px solid var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--marker)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "1px solid var(--accent)" },
  "&.cm-focused .cm-nonmatchingBracket": { color: "var(--sx-err)", backgroundColor: "transparent" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "var(--r-1)" },
  ".cm-diagnostic": { borderLeft: "3px solid var(--bad)", fontFamily: "var(--font-text)", fontSize: "var(--t-sm)" },
  ".cm-panels": { backgroundColor: "var(--surface)", color: "var(--ink)" },
})
