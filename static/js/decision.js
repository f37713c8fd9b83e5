// The page of a decision: the ranking follows the matrix while one types.
// Without JavaScript a button computes it on the server, and others add and remove rows and columns there.
import { announce } from "./announce.js";
import { keepAnswers } from "./answers/keeping.js";
import { candidates, label, makeRoom, press, rows } from "./decision/matrix.js";
import { check, checkAll } from "./decision/ranges.js";
import { numberIn, ranking } from "./decision/ranking.js";
import { word } from "./words.js";

const QUIET_MS = 1200 // after the last change, before a new leader is announced
const MOVE_MS = 200

const form = document.querySelector("[data-decision]")
const list = form.querySelector("[data-ranking]")
const deviation = form.querySelector("[data-deviation]")
const calm = matchMedia("(prefers-reduced-motion: reduce)")
const items = new Map() // by the cell of the candidate's name, which moves with its column

let leader = ""
let timer

const numbersOf = (row, name) => [...row.querySelectorAll(`input[name=${name}]`)].map((input) => numberIn(input.value))

/** The entry of a candidate in the list; the ones that the server made are taken over by their candidates in order. */
function itemOf(cell) {
  if (!items.has(cell)) {
    const free = [...list.children].find((item) => ![...items.values()].includes(item))
    items.set(cell, free ?? list.lastElementChild.cloneNode(true))
  }
  return items.get(cell)
}

function fill(item, row, name) {
  item.querySelector("[data-rank-place]").textContent = `${row.place}.`
  item.querySelector("[data-rank-name]").textContent = name
  item.querySelector("[data-rank-points]").textContent = word(row.isComplete ? "points" : "points-missing", row)
  const bar = item.querySelector("progress")
  bar.max = row.of || 1
  bar.value = row.points
}

/** Put the entries in order; those that change places glide there. */
function arrange(ordered) {
  const before = new Map(ordered.map((item) => [item, item.isConnected ? item.getBoundingClientRect().top : null]))
  if (ordered.every((item, index) => list.children[index] === item) && list.children.length === ordered.length) return
  list.replaceChildren(...ordered)
  if (calm.matches) return
  for (const [item, top] of before) {
    const way = top === null ? 0 : top - item.getBoundingClientRect().top
    if (way) item.animate([{ transform: `translateY(${way}px)` }, { transform: "none" }], MOVE_MS)
  }
}

function update() {
  const names = label()
  const weights = rows().flatMap((row) => numbersOf(row, "weight"))
  const perRow = rows().map((row) => numbersOf(row, "score"))
  const ranks = ranking(weights, names.map((_, column) => perRow.map((row) => row[column])))
  const cells = candidates()
  for (const cell of items.keys()) if (!cells.includes(cell)) items.delete(cell)
  arrange(
    ranks.map((row) => {
      const item = itemOf(cells[row.column])
      fill(item, row, names[row.column])
      return item
    }),
  )
  showDeviation(ranks)
  tell(ranks, names)
}

/** The second reason is asked for only where the pick does not lead; what was written there is never hidden. */
function showDeviation(ranks) {
  const pick = form.querySelector("input[name=pick]:checked")
  const mine = pick && ranks.find((row) => row.column === Number(pick.value))
  const text = deviation.querySelector("textarea")
  deviation.hidden = (!mine || mine.place === 1) && !text.value.trim() && !text.hasAttribute("aria-invalid")
}

/** Announce who leads, once the typing rests. */
function tell(ranks, names) {
  clearTimeout(timer)
  timer = setTimeout(() => {
    const best = ranks.filter((row) => row.place === 1 && row.points > 0).map((row) => names[row.column])
    const name = best.length && best.reduce((one, other) => word("and", { one, other }))
    const now = best.length ? word(best.length > 1 ? "lead" : "leads", { name, points: ranks[0].points, of: ranks[0].of }) : ""
    if (now && now !== leader) announce(now)
    leader = now
  }, QUIET_MS)
}

form.querySelector("[data-rank-button]").hidden = true
keepAnswers({ makeRoom })
checkAll()
form.addEventListener("input", (event) => {
  const problem = check(event.target)
  if (problem) announce(problem)
  update()
})
form.addEventListener("submit", (event) => {
  if (!event.submitter || !press(event.submitter)) return
  event.preventDefault()
  form.dispatchEvent(new Event("input")) // as if it had been typed
})
update()
