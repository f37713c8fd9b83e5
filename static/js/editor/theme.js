// The look of the editor is the site's.
import { EditorView } from "@codemirror/view"

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
