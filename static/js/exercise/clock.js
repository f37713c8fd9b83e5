// When something was, in the reader's own time.

import { language } from "../language.js"

/** The time of today, else with the day. `moment` is what Date takes. */
export function clock(moment) {
  const date = new Date(moment)
  const isToday = date.toDateString() === new Date().toDateString()
  return date.toLocaleString(language, isToday ? { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } : { dateStyle: "medium", timeStyle: "short" })
}
