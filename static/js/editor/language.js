// What languages and keys have in common: see view.js.
export { syntaxHighlighting } from "@codemirror/language"
