// Puts a link beside each heading of a text, so that a section's address can be taken along.
// Beside and not inside: a heading is then still read as its own words.
import { word } from "./words.js";

for (const heading of document.querySelectorAll(".prose > :is(h2, h3)[id]")) {
  const frame = document.createElement("div")
  frame.className = `heading heading--${heading.localName.slice(1)}`
  const link = document.createElement("a")
  link.className = "anchor"
  link.href = `#${heading.id}`
  link.setAttribute("aria-label", word("section", { name: heading.textContent }))
  link.innerHTML = '<svg class="i" aria-hidden="true"><use href="#i-link"/></svg>'
  heading.replaceWith(frame)
  frame.append(heading, link)
}
