// Another row below those of a field that has several: a file, a hint. Without scripts there is one empty row each time.
import { word } from "../words.js"
import { addBox, form } from "./form.js"

/** A copy of `blank`, whose names begin with `from`, as the row number `index` of the field `name`. */
function rowLike(blank, from, name, index) {
  const row = blank.cloneNode(true)
  for (const element of row.querySelectorAll("*")) {
    for (const attribute of ["id", "name", "for"]) {
      const value = element.getAttribute(attribute)
      if (value) element.setAttribute(attribute, value.replace(from, `${name}-${index}`))
    }
    const label = element.dataset.numbered?.replace("{number}", index + 1)
    if (label && element.localName === "label") element.textContent = label
    else if (label) element.setAttribute("aria-label", label)
  }
  return row
}

/** Have `list` grow with its button. Its last row is the empty one, and no editor is over that yet. */
function grow(list) {
  const button = list.querySelector("[data-add-row]")
  if (!button) return
  const name = list.dataset.rows
  const total = form.elements[`${name}-total`]
  const rows = list.querySelectorAll("[data-row]")
  total.value = rows.length // a browser that fills in again what was typed knows nothing of rows that were added
  const from = `${name}-${rows.length - 1}`
  const blank = rows[rows.length - 1].cloneNode(true)
  for (const field of blank.querySelectorAll("input, textarea")) field.value = "" // what a browser has filled in again
  let last = rows[rows.length - 1]

  button.addEventListener("click", () => {
    const row = rowLike(blank, from, name, Number(total.value))
    last.after(row)
    last = row
    total.value++
    const { most } = list.dataset
    button.disabled = Number(total.value) >= Number(most)
    if (button.disabled) list.querySelector("[data-rows-line]").textContent = word("most-rows", { most })
    addBox(row.querySelector("textarea"))
    const first = row.querySelector("input, textarea")
    // An editor over it takes the focus.
    if (first.dispatchEvent(new CustomEvent("fieldguide:line", { detail: { line: 1 }, cancelable: true }))) first.focus()
  })
}

form.querySelectorAll("[data-rows]").forEach(grow)
