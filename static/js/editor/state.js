// What all parts of the editor stand on: see view.js.
export { EditorState } from "@codemirror/state"
