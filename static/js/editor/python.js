// What the editor knows of Python, and the colours of code.
import { bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language"
import { pythonLanguage } from "@codemirror/lang-python"

import { highlighting } from "./highlighting.js"

const python = [pythonLanguage, indentOnInput()]
const colours = [syntaxHighlighting(highlighting), bracketMatching()]

/** The extensions for the file in `box`. */
export const looks = ({ dataset: { path } }) => (path.endsWith(".py") ? [python, colours] : colours)
