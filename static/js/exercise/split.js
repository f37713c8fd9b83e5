// The bar between task and code: pointer, arrow keys, Home, End, double click; and the layout menu by choice.
import { word } from "../words.js";
import { page } from "./files.js";

const KEY = "fieldguide:split"
const [LEAST, MOST, USUAL, STEP] = [20, 70, 34, 2] // per cent of the page's width

const bar = document.createElement("div")
bar.className = "split"
bar.tabIndex = 0
for (const [name, value] of Object.entries({
  role: "separator",
  "aria-orientation": "vertical",
  "aria-label": word("task-width"),
  "aria-controls": "task",
  "aria-valuemin": LEAST,
  "aria-valuemax": MOST,
})) {
  bar.setAttribute(name, value)
}
let width = USUAL

function move(percent) {
  width = Math.min(MOST, Math.max(LEAST, Math.round(percent)))
  page.style.setProperty("--task-width", `${width}%`)
  bar.setAttribute("aria-valuenow", width)
  bar.setAttribute("aria-valuetext", word("percent", { number: width }))
}

function keep() {
  try {
    localStorage.setItem(KEY, String(width))
  } catch {
    // it lasts as long as the page
  }
}

function restore() {
  try {
    return Number(localStorage.getItem(KEY)) || USUAL
  } catch {
    return USUAL
  }
}

bar.addEventListener("keydown", (event) => {
  const target = { ArrowLeft: width - STEP, ArrowRight: width + STEP, Home: LEAST, End: MOST }[event.key]
  if (target === undefined) return
  event.preventDefault()
  move(target)
  keep()
})
bar.addEventListener("pointerdown", (event) => {
  event.preventDefault()
  bar.setPointerCapture(event.pointerId)
})
bar.addEventListener("pointermove", (event) => {
  if (!bar.hasPointerCapture(event.pointerId)) return
  const frame = page.getBoundingClientRect()
  move(((event.clientX - frame.left) / frame.width) * 100)
})
bar.addEventListener("lostpointercapture", keep)
bar.addEventListener("dblclick", () => {
  move(USUAL)
  keep()
})

const menu = page.querySelector("[data-view-menu]")
menu?.addEventListener("click", (event) => {
  const choice = event.target.closest("button")
  if (!choice) return
  menu.hidePopover() // first: its button then has the focus, and gets it back when a dialog closes
  if (choice.dataset.opens) return document.querySelector(`[data-${choice.dataset.opens}]`).showModal()
  if (!choice.dataset.split) return
  move(Number(choice.dataset.split))
  keep()
})

page.querySelector("#task").after(bar)
move(restore())
