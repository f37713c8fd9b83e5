// Nothing is lost: what was typed is kept by the server, as unsaved, two seconds after the last key. And others are
// told that the form is open.
import { word } from "../words.js"
import { clock, setClocks } from "./clock.js"
import { form, page, send, typed } from "./form.js"

const PAUSE = 2000 // ms
const BEAT = 60_000 // ms
const MOST_KEPT_ALIVE = 60_000 // bytes: browsers refuse more than 64 KiB when a page is left
const line = page.querySelector("[data-kept-line]")
const others = form.querySelector("[data-others]")
let waiting, underway
let [isChanged, isLeaving] = [false, false]

function say(sentence) {
  if (line.textContent !== sentence) line.textContent = sentence
}

async function showOthers({ others_html: html }) {
  if (others.innerHTML.trim() === html.trim()) return
  others.innerHTML = html // the server's own template
  setClocks(others)
}

async function keep({ keepalive = false } = {}) {
  clearTimeout(waiting)
  if (isLeaving || !isChanged) return
  isChanged = false
  count()
  underway = new AbortController()
  try {
    const response = await send(page.dataset.copyUrl, { signal: underway.signal, keepalive: keepalive && isShort() })
    if (response.status === 409) return say(word("already-saved"))
    if (!response.ok) throw new Error(`answer ${response.status}`)
    const answer = await response.json()
    say(word("kept", { time: clock(new Date(answer.kept_at)) }))
    showOthers(answer)
  } catch (error) {
    if (error.name === "AbortError") return
    isChanged = true
    say(word("not-kept"))
    waiting = setTimeout(keep, 5 * PAUSE)
  }
}

/** Number what is sent: one may overtake another on its way, and the server keeps the newest. */
function count() {
  form.elements._number.value++
}

/** Whether the form is one that a browser sends after its page is left. Each field has some bytes around it. */
function isShort() {
  return new Blob([...typed()].flat().map((text) => `${text}${" ".repeat(100)}`)).size < MOST_KEPT_ALIVE
}

async function beat() {
  try {
    const response = await send(page.dataset.copyUrl, { data: signs("_open") })
    if (response.ok) showOthers(await response.json())
  } catch {
    // the next one tells
  }
}

/** A few words instead of the whole form. */
function signs(name) {
  const data = new FormData()
  for (const field of ["csrfmiddlewaretoken", "_form"]) data.set(field, typed().get(field))
  data.set(name, "1")
  return data
}

form.addEventListener("input", ({ target }) => {
  if (target.name?.startsWith("_")) return
  isChanged = true
  clearTimeout(waiting)
  waiting = setTimeout(keep, PAUSE)
})
form.addEventListener("submit", (event) => {
  if (event.submitter?.formTarget === "_blank") return // a preview: the form stays
  isLeaving = true
  count()
  clearTimeout(waiting)
  underway?.abort()
})
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep({ keepalive: true }))
addEventListener("pagehide", () => isLeaving || navigator.sendBeacon(page.dataset.copyUrl, signs("_closed")))
addEventListener("pageshow", (event) => event.persisted && (isLeaving = false))
setInterval(beat, BEAT)
