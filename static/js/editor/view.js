// A third of the editor's code, nothing of it ours: run before the rest, so that the rest takes less at once (staged.js).
export { EditorView } from "@codemirror/view"
