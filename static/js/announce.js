// The page's one live region.

const region = document.querySelector("[data-announcer]")
const EMPTY_MS = 100
const SHOWN_MS = 400
const waiting = []

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Have screen readers say `text` politely, after what they are saying already. */
export async function announce(text) {
  waiting.push(text)
  if (!region || waiting.length > 1) return
  while (waiting.length) {
    region.textContent = "" // emptied first, so that the same words are read again
    await pause(EMPTY_MS)
    region.textContent = waiting[0]
    await pause(SHOWN_MS)
    waiting.shift()
  }
}
