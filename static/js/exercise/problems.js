// The line above the buttons that says what went wrong.
import { form } from "./files.js";

const place = form.querySelector("[data-submit-error]")

/** Show `text`; "" takes away what stands there. */
export function showError(text) {
  place.replaceChildren()
  if (!text) return
  const line = document.createElement("p")
  line.textContent = text
  place.append(line)
}
