// The learner's files. The text boxes hold the truth; an editor in front of one keeps it up to date.

export const page = document.querySelector("[data-exercise]")
export const form = document.querySelector("[data-exercise-form]")
export const boxes = [...form.querySelectorAll("textarea[data-path]")]

/** {path: text} of all files. */
export function texts() {
  return Object.fromEntries(boxes.map((box) => [box.dataset.path, box.value]))
}

/** {path: text} of all files as the server sent them. */
export function shownTexts() {
  return Object.fromEntries(boxes.map((box) => [box.dataset.path, box.defaultValue]))
}

/** Put `text` into `box` as if it had been typed, so that everybody who listens hears of it. */
export function setText(box, text) {
  if (box.value === text) return
  box.value = text
  box.dispatchEvent(new Event("input", { bubbles: true }))
}

export function same(left, right) {
  return Object.keys(left).length === Object.keys(right).length && Object.keys(left).every((path) => left[path] === right[path])
}

/** The path of a file that is larger than the server takes, else undefined. */
export function tooLarge() {
  const most = Number(page.dataset.maxFileBytes)
  // No character of a string takes more than three bytes of UTF-8, so that most texts need not be measured.
  return boxes.find(({ value }) => value.length * 3 > most && new Blob([value]).size > most)?.dataset.path
}
