// What scrolls by itself can be scrolled with the keyboard: it gets a tab stop and a name, but only while it overflows.
// On phones the lines of a listing can be wrapped.
import { word } from "./words.js";

const SCROLLERS = ".hl pre, .tablewrap, [data-pane]"
const narrow = matchMedia("(max-width: 56rem)")

function nameOf(element, number) {
  const block = element.closest(".codeblock")
  if (block) return word("code", { number, name: block.querySelector(".name")?.textContent.trim() || word("listing") })
  return word(element.matches(".tablewrap") ? "table" : "area", { number })
}

/** A button in the head of a listing that is wider than a phone. */
function offerWrapping(element) {
  const block = element.closest(".codeblock")
  const head = block?.querySelector(".cbhead")
  if (!head || !narrow.matches || head.querySelector(".wrap-button")) return
  const button = document.createElement("button")
  button.type = "button"
  button.className = "icon-btn wrap-button"
  button.setAttribute("aria-label", word("wrap"))
  button.setAttribute("aria-pressed", "false")
  button.innerHTML = '<svg class="i" aria-hidden="true"><use href="#i-wrap"/></svg>'
  button.addEventListener("click", () => {
    const isWrapped = block.classList.toggle("codeblock--wrapped")
    button.setAttribute("aria-pressed", String(isWrapped))
  })
  head.querySelector(".name").after(button)
}

function check(element, number) {
  const overflows = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1
  if (overflows) {
    element.tabIndex = 0
    offerWrapping(element)
  } else element.removeAttribute("tabindex")
  if (element.matches("section, [aria-labelledby]")) return // it has a role and a name already
  if (overflows) {
    element.setAttribute("role", "region")
    element.setAttribute("aria-label", nameOf(element, number))
  } else {
    element.removeAttribute("role")
    element.removeAttribute("aria-label")
  }
}

const numbers = new Map()
const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) check(target, numbers.get(target))
})
document.querySelectorAll(SCROLLERS).forEach((element, index) => {
  numbers.set(element, index + 1)
  observer.observe(element)
})
