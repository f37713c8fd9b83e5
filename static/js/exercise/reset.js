// Back to the start version, after a question.
import { announce } from "../announce.js";
import { forget } from "./autosave.js";
import { boxes, form, setText } from "./files.js";

const dialog = document.querySelector("[data-reset-dialog]")

form.querySelector("[data-reset]")?.addEventListener("click", () => {
  dialog.returnValue = "keep" // what Escape means
  dialog.showModal()
})

dialog?.addEventListener("close", () => {
  if (dialog.returnValue !== "reset") return
  for (const box of boxes) setText(box, box.dataset.starter)
  forget()
  announce("Your code is the start version again")
})
