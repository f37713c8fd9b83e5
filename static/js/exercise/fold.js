// On windows of middle width the results open over the lower half, and fold to one line while one types.
import { form, page } from "./files.js";

const middle = matchMedia("(min-width: 56.01rem) and (max-width: 75rem)")
const button = page.querySelector("[data-results-fold]")
const line = button.querySelector("[data-results-line]")
const place = page.querySelector("[data-result-place]")

function open(isOpen) {
  page.dataset.results = isOpen ? "open" : "folded"
  button.setAttribute("aria-expanded", String(isOpen))
}

function summarise() {
  const text = place.querySelector(".result-headline")?.textContent.trim() ?? ""
  if (line.textContent !== text) line.textContent = text
}

new MutationObserver(summarise).observe(place, { childList: true, subtree: true })
button.addEventListener("click", () => open(button.getAttribute("aria-expanded") !== "true"))
form.addEventListener("input", () => middle.matches && open(false))
// What is about results opens them: handing in, running, and links that lead there.
page.addEventListener("fieldguide:submitted", () => open(true))
document.addEventListener(
  "click",
  (event) => event.target.closest('[data-exercise-run], a[href="#history"], a[href="#results"]') && open(true),
  true,
)
summarise()
open(true)
