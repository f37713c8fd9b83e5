// Rows and columns of the matrix, added and removed in place. Without this module its buttons post the form.

import { word } from "../words.js";

const form = document.querySelector("[data-decision]")
const [mostCriteria, mostCandidates] = [Number(form.dataset.mostCriteria), Number(form.dataset.mostCandidates)]
const table = form.querySelector("[data-matrix]")
const picks = form.querySelector("[data-picks]")

export const rows = () => [...table.querySelectorAll("[data-criterion]")]
export const candidates = () => [...table.querySelectorAll("[data-candidate]")]
const scoresIn = (row) => [...row.querySelectorAll("[data-score]")]

/** An empty copy of a row or a cell, without what spoke of the old one. */
function blankCopy(element) {
  const copy = element.cloneNode(true)
  for (const note of copy.querySelectorAll("[data-error], [data-help]")) note.remove()
  for (const input of copy.querySelectorAll("input")) {
    for (const name of ["id", "aria-invalid", "aria-describedby"]) input.removeAttribute(name)
    if (input.type === "radio") input.checked = false
    else input.value = ""
  }
  return copy
}

function addCriterion() {
  rows().at(-1).after(blankCopy(rows().at(-1)))
}

function addCandidate() {
  candidates().at(-1).after(blankCopy(candidates().at(-1)))
  for (const row of rows()) scoresIn(row).at(-1).after(blankCopy(scoresIn(row).at(-1)))
  picks.append(blankCopy(picks.lastElementChild))
}

function removeCriterion(index) {
  rows()[index].remove()
}

function removeCandidate(index) {
  candidates()[index].remove()
  for (const row of rows()) scoresIn(row)[index].remove()
  picks.children[index].remove()
}

const focusOn = (list, index) => list.at(Math.min(index, list.length - 1)).querySelector("input").focus()
const typedName = (cell) => cell.querySelector("input").value.trim().replace(/\s+/g, " ")

/** As many rows and columns as `fields` ([[name, value], …]) are of; a help goes to the row that its criterion will be in. */
export function makeRoom(fields) {
  const helps = new Map(rows().map((row) => [typedName(row), row.querySelector("[data-help]")]))
  const names = fields.filter(([name]) => name === "criterion").map(([, value]) => value)
  const columns = fields.filter(([name]) => name === "candidate").length
  while (rows().length < names.length) addCriterion()
  while (rows().length > Math.max(1, names.length)) removeCriterion(rows().length - 1)
  while (candidates().length < columns) addCandidate()
  while (candidates().length > Math.max(1, columns)) removeCandidate(candidates().length - 1)
  for (const help of helps.values()) help?.remove()
  rows().forEach((row, index) => row.querySelector("td").append(helps.get(names[index]) ?? ""))
  label() // numbers the picks
}

/** Names of the candidates as the page calls them, and every label that speaks of a row or a column. */
export function label() {
  const names = candidates().map((cell, index) => typedName(cell) || word("candidate", { number: index + 1 }))
  const write = (element, selector, text) => {
    for (const place of element.querySelectorAll(selector)) if (place.textContent !== text) place.textContent = text
  }
  candidates().forEach((cell, index) => {
    write(cell, "[data-number]", String(index + 1))
    write(cell, "[data-candidate-name]", names[index])
    write(picks.children[index], "[data-candidate-name]", names[index])
    picks.children[index].querySelector("input").value = index
  })
  rows().forEach((row, index) => {
    write(row, "[data-number]", String(index + 1))
    write(row, "[data-criterion-name]", typedName(row) || word("criterion", { number: index + 1 }))
    scoresIn(row).forEach((cell, column) => write(cell, "[data-candidate-name]", names[column]))
  })
  show("add-criterion", rows().length < mostCriteria)
  show("add-candidate", candidates().length < mostCandidates)
  show("remove-criterion", rows().length > 1)
  show("remove-candidate", candidates().length > 1)
  return names
}

function show(command, isUseful) {
  for (const button of form.querySelectorAll(`[name=do][value^="${command}"]`)) button.hidden = !isUseful
}

/** Do what `button` would post; false for the buttons that have to. */
export function press(button) {
  const index = (list, selector) => list.indexOf(button.closest(selector))
  const actions = {
    "add-criterion": () => {
      addCriterion()
      focusOn(rows(), -1)
    },
    "add-candidate": () => {
      addCandidate()
      focusOn(candidates(), -1)
    },
    "remove-criterion": () => {
      const row = index(rows(), "[data-criterion]")
      removeCriterion(row)
      focusOn(rows(), row)
    },
    "remove-candidate": () => {
      const column = index(candidates(), "[data-candidate]")
      removeCandidate(column)
      focusOn(candidates(), column)
    },
    rank: () => {}, // it is always ranked
  }
  const action = actions[button.value.split(":")[0]]
  action?.()
  return action !== undefined
}
