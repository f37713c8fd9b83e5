// Hands the code in without leaving the page, and shows what comes of it.
import { announce } from "../announce.js";
import { form, page, same, texts } from "./files.js";
import { follow } from "./follow.js";
import { refreshHistory } from "./history.js";
import { refusal } from "./refusals.js";
import { isNarrow, setScore, show } from "./views.js";

const NO_ID = "00000000-0000-0000-0000-000000000000"
const button = form.querySelector("[data-submit]")
const error = form.querySelector("[data-submit-error]")
const goOn = form.querySelector("[data-continue]")
const place = page.querySelector("[data-result-place]")
const remark = page.querySelector("[data-result-remark]")

let following = new AbortController()
// What the shown result speaks of: at first the server's text, which is that of the latest attempt.
let judged = place.querySelector("[data-live-result]") ? initialTexts() : null

function initialTexts() {
  return Object.fromEntries([...form.querySelectorAll("textarea[data-path]")].map((box) => [box.dataset.path, box.defaultValue]))
}

function showError(text) {
  error.replaceChildren()
  if (!text) return
  const line = document.createElement("p")
  line.textContent = text
  error.append(line)
}

function setRemark(text) {
  remark.hidden = !text
  if (remark.textContent !== text) remark.textContent = text
}

function markStale() {
  const panel = place.querySelector("[data-live-result]")
  if (!judged || !panel) return
  const attempt = panel.dataset.number ? `attempt ${panel.dataset.number}` : "your last attempt"
  setRemark(same(judged, texts()) ? "" : `These results are for ${attempt}; you have changed the code.`)
}

/** Follow the panel at `url`, or go on with the one in place. Resolves when it is final or another attempt took over. */
async function watch(url, said) {
  following.abort()
  following = new AbortController()
  const panel = await follow(place, { url, said, say: announce, signal: following.signal })
  if (!panel) return
  setScore(panel.dataset.score)
  place.dispatchEvent(new CustomEvent("fieldguide:result", { bubbles: true, detail: panel.dataset }))
  if (panel.dataset.outcome === "pass") celebrate()
  markStale()
  refreshHistory()
}

/** The next step takes the focus, unless the learner went elsewhere meanwhile. */
function celebrate() {
  const here = document.activeElement
  goOn.hidden = false
  if (here === document.body || form.contains(here) || place.contains(here)) goOn.focus()
}

async function send(files) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value }
  return fetch(page.dataset.apiUrl, { method: "POST", headers, body: JSON.stringify({ files }) }).catch(() => null)
}

async function submit() {
  if (button.getAttribute("aria-busy") === "true") return
  const files = texts()
  const repeated = judged !== null && same(judged, files)
  showError("")
  button.setAttribute("aria-busy", "true")
  const response = await send(files)
  button.removeAttribute("aria-busy")
  if (response?.status !== 202) return showError(await refusal(response))
  const { id } = await response.json()
  judged = files
  setRemark(repeated ? "This is the same code as in the attempt before." : "")
  if (isNarrow()) {
    show("Results")
    page.querySelector("#results").focus()
  }
  announce("Queued")
  await watch(page.dataset.panelUrl.replace(NO_ID, id), "Queued")
}

form.addEventListener("submit", (event) => {
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
if (place.querySelector('[data-pending="true"]')) watch()
