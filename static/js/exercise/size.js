// Says while one types that a file has become too large to be saved or submitted.
import { word } from "../words.js";
import { form, page, tooLarge } from "./files.js";
import { showError } from "./problems.js";

let isShown = false

/** Say which file is too large. Returns whether one is. */
export function refuseTooLarge() {
  const path = tooLarge()
  if (path) showError(word("too-large", { path, size: Number(page.dataset.maxFileBytes) / 1024 }))
  else if (isShown) showError("")
  isShown = Boolean(path)
  return isShown
}

form.addEventListener("input", refuseTooLarge)
