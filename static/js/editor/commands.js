// What keys do: see view.js.
export { history } from "@codemirror/commands"
