// The blocks that a text is made of, from a menu: "/" at the start of a line of Markdown, or Ctrl+Space there.
// In cases it offers what those of a kind begin with.
import { autocompletion, snippet } from "@codemirror/autocomplete"

import { word } from "../words.js"

const callout = (kind) => `!!! ${kind} "\${}"\n    \${}`
const blocks = {
  note: callout("note"),
  tip: callout("tip"),
  warning: callout("warning"),
  compare: callout("compare"),
  answer: '??? tip "${}"\n    ${}',
  deeper: "??? deeper\n    ${}",
  listing: '```python title="main.py" listing="${}" framework="${flask}"\n${}\n```',
  code: "```python fragment\n${}\n```",
  console: "```console\n$ ${}\n```",
  tabs: '=== "Flask"\n    ${}\n\n=== "FastAPI"\n    ${}',
  image: "![${}](images/${}.webp)",
  table: "| ${} | ${} |\n|---|---|\n| ${} | ${} |",
  lesson: "[${}](lesson:${})",
  exercise: "[${}](/exercises/${}/)",
}

function textBlocks() {
  return Object.entries(blocks).map(([name, text]) => ({ label: `/${name}`, detail: word(`block-${name}`), apply: snippet(text) }))
}

/** What the cases in `box` can begin with: of the kind that the form says, or of every one where it says none. */
function skeletons(box) {
  const chosen = box.form.elements.kind?.value
  const kinds = Object.entries(JSON.parse(box.dataset.skeletons)).filter(([kind]) => !chosen || kind === chosen)
  return kinds.map(([kind, [detail, apply]]) => ({ label: `/${kind}`, detail, apply }))
}

const menu = (options) =>
  autocompletion({
    override: [
      (context) => {
        const typed = context.matchBefore(/\/?[a-z]*/)
        const line = context.state.doc.lineAt(context.pos)
        const isAtStart = line.text.slice(0, typed.from - line.from).trim() === ""
        if (!isAtStart || (!context.explicit && !typed.text.startsWith("/"))) return null
        return { from: typed.from, options: options(), validFor: /^\/?[a-z]*$/ }
      },
    ],
    icons: false,
    tooltipClass: () => "blocks",
  })

export const menuOfBlocks = menu(textBlocks)
export const menuOfCases = (box) => menu(() => skeletons(box))
