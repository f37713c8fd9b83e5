// Hands the code in without leaving the page, and shows what comes of it.
import { announce } from "../announce.js";
import { word } from "../words.js";
import { saveThere } from "./autosave.js";
import { deliver, newSubmission, unfinished } from "./delivery.js";
import { form, page, same, shownTexts, texts } from "./files.js";
import { follow } from "./follow.js";
import { refreshHistory } from "./history.js";
import { showError, takeBack } from "./problems.js";
import { showRefusal } from "./refusals.js";
import { refuseTooLarge } from "./size.js";
import { isNarrow, setScore, show } from "./views.js";

const NO_ID = "00000000-0000-0000-0000-000000000000"
const button = form.querySelector("[data-submit]")
const goOn = form.querySelector("[data-continue]")
const place = page.querySelector("[data-result-place]")
const remark = page.querySelector("[data-result-remark]")

let following = new AbortController()
// What the shown result speaks of; of the page's first, what the history has of it.
let judged = place.querySelector("[data-live-result]") ? judgedTexts() : null
let sending = null // the submission that is on its way
let isAway = false // and the server could not be reached

function judgedTexts() {
  const { judgedFiles } = place.dataset
  if (judgedFiles === undefined) return null
  return judgedFiles ? JSON.parse(judgedFiles) : shownTexts() // told only where they differ from the page's code
}

function setRemark(text) {
  remark.hidden = !text
  if (remark.textContent !== text) remark.textContent = text
}

function markStale() {
  const panel = place.querySelector("[data-live-result]")
  if (!judged || !panel) return
  const { number } = panel.dataset
  const sentence = number ? word("stale", { number }) : word("stale-uncounted")
  setRemark(same(judged, texts()) ? "" : sentence)
}

/** Follow the panel at `url`, or go on with the one in place. Resolves when it is final or another attempt took over. */
async function watch(url, said) {
  following.abort()
  following = new AbortController()
  const offline = word("result-offline")
  takeBack(offline) // of the one that was followed before
  const onAway = (isAway) => (isAway ? showError(offline) : takeBack(offline))
  const panel = await follow(place, { url, said, say: announce, onAway, signal: following.signal })
  if (!panel) return
  setScore(panel.dataset.score)
  place.dispatchEvent(new CustomEvent("fieldguide:result", { bubbles: true, detail: panel.dataset }))
  if (panel.dataset.outcome === "pass") celebrate()
  markStale()
  refreshHistory()
}

/** The next step takes the focus, unless the learner went elsewhere or goes on with the code meanwhile. */
function celebrate() {
  const here = document.activeElement
  goOn.hidden = false
  if (form.contains(here) && judged && !same(judged, texts())) return
  const isHere = here === document.body || form.contains(here) || place.contains(here)
  if (isHere || here.id === "results-title") goOn.focus() // on phones the heading has had it since the press
}

function onAway(response) {
  if (isAway) return
  isAway = true
  button.removeAttribute("aria-busy")
  const text = word(response ? "our-fault" : "offline")
  showError(text)
}

async function handIn(submission) {
  const repeated = judged !== null && same(judged, submission.files)
  sending = submission
  isAway = false
  showError("")
  button.setAttribute("aria-busy", "true")
  // Saving makes a visitor a guest: only then do two requests at once come from the same one.
  const saving = saveThere()
  if (page.dataset.draftVersion === "0") await saving
  const response = await deliver(submission, onAway)
  if (!response) return // a newer one took over
  sending = null
  button.removeAttribute("aria-busy")
  if (response.status !== 202) return showRefusal(response)
  const { id } = await response.json()
  showError("")
  judged = submission.files
  setRemark(repeated ? word("repeated") : "")
  if (isNarrow()) {
    show("results")
    page.querySelector("#results-title").focus()
  }
  page.dispatchEvent(new Event("fieldguide:submitted"))
  announce(word("queued"))
  await watch(page.dataset.panelUrl.replace(NO_ID, id), word("queued"))
}

function submit() {
  if (refuseTooLarge()) return
  const files = texts()
  if (!sending) return handIn(newSubmission(files))
  // What waits for the network is tried at once, and gives way to newer code.
  if (isAway) handIn(same(sending.files, files) ? { ...sending } : newSubmission(files))
}

form.addEventListener("submit", (event) => {
  if (event.submitter && event.submitter !== button) return // asks for something else
  event.preventDefault()
  submit()
})
form.addEventListener("input", markStale)

// Before the editor, for which this key means a new line.
form.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    event.stopPropagation()
    submit()
  },
  true,
)

// "Stop" and "Try again" in the panel.
place.addEventListener("submit", async (event) => {
  const action = event.target.closest("[data-panel-form]")
  if (!action) return
  event.preventDefault()
  await fetch(action.action, { method: "POST", body: new FormData(action), redirect: "manual" }).catch(() => null)
  watch(place.querySelector("[data-live-result]").dataset.panelUrl)
})

markStale()
const left = unfinished()
if (left) handIn(left)
else if (place.querySelector('[data-pending="true"]')) watch()
