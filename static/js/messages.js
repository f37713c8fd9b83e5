// Messages can be closed. Without a script they stay until the next page, which does not have them any more.
import { word } from "./words.js";

/** Take `message` away, and the list with the last of them; what read on from here goes on with the page's content. */
function close(message) {
  const list = message.parentElement
  message.remove()
  if (!list.children.length) list.remove()
  document.querySelector("main").focus({ preventScroll: true })
}

for (const message of document.querySelectorAll("[data-messages] > li")) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "icon-btn"
  button.setAttribute("aria-label", word("close-message"))
  button.innerHTML = '<svg class="i" aria-hidden="true"><use href="#i-cross"/></svg>'
  button.addEventListener("click", () => close(message))
  message.append(button)
}
