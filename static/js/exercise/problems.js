// The line above the buttons that says what went wrong.
import { countDown } from "../waiting.js";
import { form } from "./files.js";

const place = form.querySelector("[data-submit-error]")

/** Show `text`, or the `seconds` to wait; "" takes away what stands there. */
export function showError(text, seconds) {
  place.replaceChildren()
  if (!text) return
  const line = document.createElement("p")
  if (seconds) countDown(line, seconds)
  else line.textContent = text
  place.append(line)
}

/** Take `text` away where it stands; what somebody else has to say stays. */
export function takeBack(text) {
  if (place.textContent.trim() === text) place.replaceChildren()
}
