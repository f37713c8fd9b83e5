// What the editor knows of Python, and the colours of code.
import { bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language"
import { pythonLanguage } from "@codemirror/lang-python"

import { highlighting } from "./highlighting.js"

export const python = [pythonLanguage, indentOnInput()]
export const colours = [syntaxHighlighting(highlighting), bracketMatching()]
