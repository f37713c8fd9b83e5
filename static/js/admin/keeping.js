// Nothing is lost: what was typed is kept by the server, as unsaved, two seconds after the last key, and now and then
// while somebody types on. What cannot be kept there is not left without a question. And others are told that the form
// is open.
import { word } from "../words.js"
import { clock, setClocks } from "./clock.js"
import { form, page, renewToken, send, SignedOut, typed } from "./form.js"

const PAUSE = 2000 // ms
const LONGEST = 10_000 // ms, from the first key of what is not kept
const BEAT = 60_000 // ms
const MOST_KEPT_ALIVE = 60_000 // bytes: browsers refuse more than 64 KiB when a page is left
const line = page.querySelector("[data-kept-line]")
const others = form.querySelector("[data-others]")
let waiting, underway
let changedAt = 0 // when the first was typed of what was not sent; 0 where all was
let isOnlyHere = false // the server did not take what was sent
let [isAsking, isLeaving] = [false, false]

function say(sentence) {
  if (line.textContent !== sentence) line.textContent = sentence
}

async function showOthers({ others_html: html }) {
  if (others.innerHTML.trim() === html.trim()) return
  others.innerHTML = html // the server's own template
  setClocks(others)
}

/** Send the form to be kept. Resolves to whether the server has answered; who is signed out has no answer. */
async function keep({ keepalive = false } = {}) {
  clearTimeout(waiting)
  if (isLeaving) return true
  changedAt = 0
  count()
  const own = (underway = new AbortController())
  try {
    const response = await send(page.dataset.copyUrl, { signal: own.signal, keepalive: keepalive && isShort() })
    if (response.status === 409) {
      isOnlyHere = true
      say(word("already-saved"))
      return true
    }
    if (!response.ok) throw new Error(`answer ${response.status}`)
    const answer = await response.json()
    if (own === underway) isOnlyHere = false
    say(word("kept", { time: clock(new Date(answer.kept_at)) }))
    showOthers(answer)
    return true
  } catch (error) {
    if (error.name === "AbortError") return false
    isOnlyHere = true
    changedAt = Date.now()
    say(word(error instanceof SignedOut ? "signed-out" : "not-kept"))
    waiting = setTimeout(keep, 5 * PAUSE)
    return false
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

/** Leave by `button` once what is typed is kept: a page that does not come would take it along. */
async function leave(button) {
  isAsking = true
  line.textContent = "" // what was said before is said again
  const isAnswered = await keep()
  isAsking = false
  if (!isAnswered) return line.scrollIntoView({ block: "nearest" })
  isLeaving = true
  underway.abort() // of what was typed meanwhile, which goes along
  count()
  form.requestSubmit(button)
}

form.addEventListener("input", ({ target }) => {
  if (target.name?.startsWith("_")) return
  changedAt ||= Date.now()
  clearTimeout(waiting)
  waiting = setTimeout(keep, Math.max(0, Math.min(PAUSE, changedAt + LONGEST - Date.now())))
})
form.addEventListener("submit", (event) => {
  renewToken()
  if (event.submitter?.formTarget === "_blank") return // a preview: the form stays
  if (event.submitter?.hasAttribute("formaction") && !changedAt) isLeaving = true // does not save: nothing to lose
  if (isLeaving) return clearTimeout(waiting)
  event.preventDefault()
  if (!isAsking) leave(event.submitter)
})
document.addEventListener("visibilitychange", () => {
  if (changedAt && !isLeaving) keep({ keepalive: document.visibilityState === "hidden" }) // or back from the sign-in
})
addEventListener("beforeunload", (event) => {
  if (!isLeaving && (isOnlyHere || (changedAt && !navigator.onLine))) event.preventDefault()
})
addEventListener("pagehide", () => isLeaving || navigator.sendBeacon(page.dataset.copyUrl, signs("_closed")))
addEventListener("pageshow", (event) => event.persisted && (isLeaving = false))
setInterval(beat, BEAT)
