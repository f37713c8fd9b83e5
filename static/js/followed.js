// Staff's page of something that is under way: a check, a course, attempts that are judged again.
import { announce } from "./announce.js";
import { follow } from "./exercise/follow.js";

const place = document.querySelector("[data-followed]")

/** What a fold is called, over all updates: its own id, or its place in the nearest section that has one. */
function nameOf(fold) {
  if (fold.id) return fold.id
  const section = fold.closest("[id]")
  return `${section?.id} ${[...(section ?? place).querySelectorAll("details")].indexOf(fold)}`
}

/** Folds stay as the reader left them when the part of the page that holds them comes anew. */
function keepFolds() {
  const left = new Map()
  place.addEventListener("click", ({ target }) => {
    const fold = target.closest("summary")?.parentElement
    if (fold) left.set(nameOf(fold), !fold.open) // it changes after this event
  })
  place.addEventListener("fieldguide:fragment", () => {
    if (!left.size) return
    for (const fold of place.querySelectorAll("details")) {
      const wasOpen = left.get(nameOf(fold))
      if (wasOpen !== undefined) fold.open = wasOpen
    }
  })
}

/** What can be done changes when it is over: the buttons come with the page. */
async function followToTheEnd() {
  const last = await follow(place, { say: announce })
  if (last) setTimeout(() => location.reload(), 1000)
}

if (place?.querySelector("[data-pending=true]")) {
  keepFolds()
  followToTheEnd()
}
