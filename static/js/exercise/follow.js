// Keeps the result of one submission up to date. The server renders it; this decides nothing but when to ask again.

import { listen } from "./events.js";

const STEPS_MS = [300, 600, 1000, 2000] // between questions when there are no events
const CHECK_MS = 5000 // between questions when there are: one may be lost
const LEAST_MS = 300 // between any two, however many events come

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const isPending = (panel) => panel.dataset.pending === "true"

/** Put `fresh` into `place`; a focused button of the old panel hands its focus to its successor. */
function put(place, fresh) {
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined
  place.replaceChildren(fresh)
  place.dispatchEvent(new Event("fieldguide:fragment", { bubbles: true }))
  if (focused === undefined) return
  const heir = place.querySelector(`[data-focus="${focused}"]`) ?? place.querySelector(".result-headline, .run-headline")
  heir?.focus()
}

/** Ask for the panel: an element, or null when it is still the one of `etag` or could not be had this time. */
async function ask(address, etag, signal) {
  const headers = etag ? { "If-None-Match": etag } : {}
  const response = await fetch(address, { headers, signal }).catch(() => null)
  const gone = response?.status === 404 || response?.status === 403 // signed out meanwhile
  // Retry-After of a pending panel is for those who have no events; that of a refusal is for everybody.
  const laterMs = (Number(response?.headers.get("Retry-After")) || 0) * 1000
  const refusedMs = response?.status === 429 || response?.status === 503 ? laterMs : 0
  if (!response?.ok) return { panel: null, etag, gone, laterMs, refusedMs, isAway: !response }
  const page = new DOMParser().parseFromString(await response.text(), "text/html")
  const panel = page.querySelector("[data-live-result]")
  return { panel, etag: response.headers.get("ETag"), gone: panel === null, laterMs, refusedMs, isAway: false }
}

/**
 * Show the panel at `url` (that of `place` unless given) and follow it to its final state, which is returned.
 * `say` hears each phase once, but not `said`; `onAway` whether the server is out of reach, each time that this changes.
 * Returns null when `signal` ends it or the submission is out of reach.
 */
export async function follow(place, { url, say, said = "", onAway, signal }) {
  let panel = url ? null : place.querySelector("[data-live-result]")
  const address = url ?? panel?.dataset.panelUrl
  let [etag, events, asked, laterMs, refusedMs, isAway] = [null, null, 0, 0, 0, false]
  try {
    while (!panel || isPending(panel)) {
      if (panel) events ??= listen(panel.dataset.eventsUrl)
      if (events?.isOpen()) await Promise.all([events.next(CHECK_MS), pause(Math.max(LEAST_MS, refusedMs))])
      else if (panel || asked) await pause(Math.max(STEPS_MS[Math.min(asked, STEPS_MS.length) - 1] ?? LEAST_MS, laterMs))
      if (signal?.aborted) return null
      const answer = await ask(address, etag, signal)
      asked += 1
      if (signal?.aborted) return null
      if (answer.isAway !== isAway) onAway?.((isAway = answer.isAway))
      if (answer.gone) return null
      ;({ etag, laterMs, refusedMs } = answer)
      if (!answer.panel) continue
      panel = answer.panel
      put(place, panel)
      if (panel.dataset.said !== said) say((said = panel.dataset.said))
    }
    return panel
  } finally {
    events?.close()
  }
}
