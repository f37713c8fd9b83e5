// A copy button in the head of each listing: the code without prompts and without what the program answered.
import { announce } from "./announce.js";
import { word } from "./words.js";

const SHOWN_MS = 2000
const PROMPT = /^(?:\$|>>>|\.\.\.)(?: |$)/

/** The text of a listing as one would type it. */
function typed(code) {
  if (code.querySelector(".gp")) {
    const copy = code.cloneNode(true)
    for (const part of copy.querySelectorAll(".gp, .go, .linenos")) part.remove()
    return copy.textContent.split("\n").filter((line) => line.trim()).join("\n") + "\n"
  }
  const lines = code.textContent.split("\n")
  if (!lines.some((line) => PROMPT.test(line))) return code.textContent
  return lines.filter((line) => PROMPT.test(line)).map((line) => line.replace(PROMPT, "")).join("\n")
}

async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  // Plain HTTP on a local network has no clipboard interface.
  const box = document.createElement("textarea")
  box.value = text
  document.body.append(box)
  box.select()
  const done = document.execCommand("copy")
  box.remove()
  if (!done) throw new Error("the browser refused")
}

function addButton(block) {
  const code = block.querySelector("pre code") ?? block.querySelector("pre")
  const head = block.querySelector(".cbhead")
  if (!code || !head) return
  const title = head.querySelector(".name")
  const name = title?.dataset.copyName || title?.textContent.trim() || word("listing")
  const status = document.createElement("span")
  status.className = "copy-status"
  const button = document.createElement("button")
  button.type = "button"
  button.className = "icon-btn"
  button.setAttribute("aria-label", word("copy", { name }))
  button.innerHTML = '<svg class="i" aria-hidden="true"><use href="#i-copy"/></svg>'
  const icon = button.querySelector("use")
  button.addEventListener("click", async () => {
    const isDone = await write(typed(code)).then(() => true, () => false)
    const said = word(isDone ? "copied" : "copy-refused")
    status.textContent = said
    announce(said)
    icon.setAttribute("href", isDone ? "#i-check" : "#i-copy")
    button.focus()
    setTimeout(() => {
      status.textContent = ""
      icon.setAttribute("href", "#i-copy")
    }, SHOWN_MS)
  })
  head.append(status, button)
}

document.querySelectorAll(".codeblock").forEach(addButton)
// Parts of a page that came later.
document.addEventListener("fieldguide:fragment", (event) => event.target.querySelectorAll(".codeblock").forEach(addButton))
