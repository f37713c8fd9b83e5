// One run after the other in one place of the page: sends the code, shows what the server says, follows it to its end.
import { announce } from "../announce.js";
import { follow } from "../exercise/follow.js";
import { refusal } from "../refusal.js";
import { countDown } from "../waiting.js";

const NO_ID = "00000000-0000-0000-0000-000000000000"

// On the whole page one after the other: the first makes a visitor a guest, and two at once would come from two.
let turn = Promise.resolve()

/** POST when it is its turn. Resolves to the response, or to null where none came. */
function send(url, init) {
  turn = turn.then(() => fetch(url, { method: "POST", ...init }).catch(() => null))
  return turn
}

function makeLine(className, text, role) {
  const line = document.createElement("p")
  line.className = className
  if (role) line.setAttribute("role", role)
  line.textContent = text
  return line
}

/** What the fields named request:<key> in `root` ask. */
export function requestIn(root) {
  const request = {}
  for (const field of root.querySelectorAll("[name^='request:']")) request[field.name.slice(8)] = field.value
  if (["GET", "HEAD"].includes(request.method)) delete request.body // left over from another method
  return request
}

/**
 * What runs code and shows the result in `place`. `tools` is the element of _run_tools.html, `token` that of forms.
 * Each press is one run; the one before is stopped if it is still under way.
 */
export function makeRunner(place, { tools, token }) {
  const words = tools.dataset
  let following = null
  let isSending = false

  const away = makeLine("run-error", words.away, "alert")

  function say(className, text, role) {
    place.replaceChildren(makeLine(className, text, role))
  }

  /** Below what is shown, until the server is there again. */
  function onAway(isAway) {
    if (isAway) place.append(away)
    else away.remove()
  }

  /** What "Stop" does, without a wait. Resolves to whether the server has heard it. */
  async function stop() {
    const form = place.querySelector("[data-pending=true] [data-panel-form]")
    if (!form) return true
    const init = { method: "POST", body: new FormData(form), redirect: "manual" }
    return fetch(form.action, init).then(() => true, () => false)
  }

  place.addEventListener("submit", async (event) => {
    if (!event.target.closest("[data-panel-form]")) return
    event.preventDefault()
    const panel = place.querySelector("[data-live-result]")
    const isHeard = await stop()
    if (isHeard || place.contains(panel)) onAway(!isHeard)
  })

  /** Run `job`, the body of the API's request. Resolves to the final panel, or to null. */
  async function run(job) {
    if (isSending) return null
    isSending = true
    stop()
    following?.abort()
    following = new AbortController()
    const { signal } = following
    place.hidden = false
    say("run-sending", words.sending)
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token }
    const response = await send(words.apiUrl, { headers, body: JSON.stringify(job) })
    isSending = false
    if (response?.status !== 202) {
      const { text, seconds } = await refusal(response, { ...words, refused: words.fault })
      say("run-error", text, "alert")
      if (seconds) countDown(place.firstChild, seconds)
      return null
    }
    const { id } = await response.json()
    const panel = await follow(place, { url: words.panelUrl.replace(NO_ID, id), say: () => {}, onAway, signal })
    if (panel) announce(panel.dataset.announcement)
    return panel
  }

  /** Forget what is shown. */
  function clear() {
    following?.abort()
    place.replaceChildren()
    place.hidden = true
  }

  return { run, clear }
}
