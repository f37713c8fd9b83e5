// "Go to line 9" puts the cursor there.
import { boxes } from "./files.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-goto-line]")
  if (!link) return
  const box = boxes.find((one) => one.dataset.path === link.dataset.gotoFile) ?? boxes[0]
  const line = Number(link.dataset.gotoLine)
  const jump = new CustomEvent("fieldguide:line", { bubbles: true, cancelable: true, detail: { line } })
  event.preventDefault()
  box.dispatchEvent(jump) // the views open the code, then an editor takes the cursor there
  if (jump.defaultPrevented) return
  const start = box.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0)
  box.focus()
  box.setSelectionRange(start, start)
})
