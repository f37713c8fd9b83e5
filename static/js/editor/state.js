// What all parts of the editor stand on, as a step of its own (staged.js).
export { EditorState } from "@codemirror/state"
