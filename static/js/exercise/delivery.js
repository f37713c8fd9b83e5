// Gets a submission to the server, however long the network is away. Its key makes one attempt of it, however often it
// is sent: the first may have arrived although nobody heard the answer. A reload of the page goes on with it.
import { form, page } from "./files.js";

const KEY = `fieldguide:submission:${page.dataset.exercise}:${page.dataset.deviceKey}`
const PAUSES_MS = [1000, 2000, 4000, 8000, 15_000, 30_000]
const AWAY = [502, 503, 504] // a proxy before a server that is being restarted
let current = null
let wake = () => {}

/** crypto.randomUUID() is for secure addresses only; a classroom may have none. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 15) | 64
  bytes[8] = (bytes[8] & 63) | 128
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}

function remember(submission) {
  try {
    if (submission) sessionStorage.setItem(KEY, JSON.stringify(submission))
    else sessionStorage.removeItem(KEY)
  } catch {
    // then it lasts as long as the page
  }
}

/** What was on its way when the page was left: {files, key}, or null. */
export function unfinished() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY))
  } catch {
    return null
  }
}

export function newSubmission(files) {
  return { files, key: newKey() }
}

function post({ files, key }) {
  const headers = {
    "Content-Type": "application/json",
    "X-CSRFToken": form.elements.csrfmiddlewaretoken.value,
    "Idempotency-Key": key,
  }
  return fetch(page.dataset.apiUrl, { method: "POST", headers, body: JSON.stringify({ files }) }).catch(() => null)
}

function pause(ms) {
  return new Promise((resolve) => {
    wake = resolve
    setTimeout(resolve, ms)
  })
}

/**
 * Send until there is an answer, which is returned; null when a newer submission took over meanwhile.
 * `onAway(response)` is called when the server could not be reached, again and again.
 */
export async function deliver(submission, onAway) {
  current = submission
  remember(submission)
  wake()
  for (let tries = 0; ; tries += 1) {
    const response = await post(submission)
    if (current !== submission) return null
    if (response && !AWAY.includes(response.status)) {
      remember(null)
      return response
    }
    onAway(response)
    await pause(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)])
    if (current !== submission) return null
  }
}

addEventListener("online", () => wake())
