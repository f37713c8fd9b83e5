// Back to the start version, after a question. The code as it is goes to the history.
import { announce } from "../announce.js";
import { word } from "../words.js";
import { startOver } from "./autosave.js";
import { boxes, form } from "./files.js";
import { refreshHistory } from "./history.js";
import { showError } from "./problems.js";
import { showRefusal } from "./refusals.js";

const dialog = document.querySelector("[data-reset-dialog]")

form.querySelector("[data-reset]").addEventListener("click", (event) => {
  event.preventDefault()
  dialog.returnValue = "keep" // what Escape means
  dialog.showModal()
})

dialog.addEventListener("close", async () => {
  if (dialog.returnValue !== "reset") return
  const { isDone, response } = await startOver(Object.fromEntries(boxes.map((box) => [box.dataset.path, box.dataset.starter])))
  if (!isDone) return response?.status === 409 || (response ? showRefusal(response) : showError(word("reset-offline")))
  showError("")
  announce(word("reset-done"))
  refreshHistory()
})
