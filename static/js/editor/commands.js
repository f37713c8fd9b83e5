// What keys do, as a step of its own (staged.js).
export { history } from "@codemirror/commands"
