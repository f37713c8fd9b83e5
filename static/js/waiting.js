// What came too early may come again after some seconds: one sees them pass, and is told when they have.
import { word } from "./words.js";

const SECOND_MS = 1000

function makeSentence(seconds) {
  const sentence = document.createElement("span")
  sentence.textContent = word("wait", { seconds })
  return sentence
}

/** Fill `line`, which is an alert or stands in one, with how long to wait. A screen reader hears no number but the first. */
export function countDown(line, seconds) {
  const until = Date.now() + seconds * SECOND_MS // and not a count of ticks: a device that sleeps has none
  const [told, shown] = [makeSentence(seconds), makeSentence(seconds)]
  told.className = "visually-hidden"
  shown.setAttribute("aria-hidden", "true")
  line.replaceChildren(told, shown)
  const timer = setInterval(() => {
    const left = Math.ceil((until - Date.now()) / SECOND_MS)
    if (left > 0 && line.isConnected) {
      shown.textContent = word("wait", { seconds: left })
      return
    }
    clearInterval(timer)
    line.textContent = word("wait-over")
  }, SECOND_MS)
}
