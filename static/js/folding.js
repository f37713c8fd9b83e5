// Lines of a listing that are shown when they are asked for, such as imports. They are copied and run with the others.
import { word } from "./words.js";

for (const block of document.querySelectorAll(".codeblock:has(.folded)")) {
  const name = block.querySelector(".folded:not(.folded--imports)") ? "lines" : "imports"
  const button = document.createElement("button")
  button.type = "button"
  button.className = "btn btn--quiet fold-button"
  button.innerHTML = '<svg class="i" aria-hidden="true"><use href="#i-eye"/></svg>'
  const label = document.createElement("span")
  button.append(label)

  function show(isOpen) {
    block.dataset.folds = isOpen ? "open" : "closed"
    button.setAttribute("aria-expanded", String(isOpen))
    label.textContent = word(`${isOpen ? "hide" : "show"}-${name}`)
  }

  button.addEventListener("click", () => show(block.dataset.folds === "closed"))
  block.querySelector(".cbhead .name").after(button)
  show(false)
}

// The notes of a listing open without a script; here their buttons get a name in the reader's language.
for (const mark of document.querySelectorAll(".mark[popovertarget]")) {
  mark.setAttribute("aria-label", word("note", { number: mark.dataset.note }))
}
