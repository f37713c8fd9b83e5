// Times of the day as the clock of the reader shows them; the server knows its own only.

import { language } from "../language.js"

export const clock = (moment) => moment.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })

export function setClocks(place) {
  for (const time of place.querySelectorAll("time[data-clock]")) time.textContent = clock(new Date(time.dateTime))
}

setClocks(document)
