// Hints open in place. Without JavaScript their button posts the form that holds the learner's work.

import { word } from "../words.js";
import { saveThere } from "./autosave.js";
import { showError, takeBack } from "./problems.js";
import { isNarrow, show } from "./views.js";

const STATES = "fieldguide:result" // an attempt ended, which may open the solution

const PATIENCE_MS = 10_000

const help = () => document.querySelector("[data-help]")

/** Put `fresh` in the place of `old`; what has the focus hands it to its successor. */
function put(fresh, old) {
  const focused = old.contains(document.activeElement) ? document.activeElement.id : undefined
  old.replaceWith(fresh)
  fresh.dispatchEvent(new Event("fieldguide:fragment", { bubbles: true }))
  if (focused === undefined) return
  const heir = focused ? document.getElementById(focused) : null
  ;(heir ?? fresh).focus({ preventScroll: true })
}

async function bringUpToDate(body) {
  const old = help()
  // What nobody asked for keeps no hint waiting.
  const how = body ? { method: "POST", body } : { signal: AbortSignal.timeout(PATIENCE_MS) }
  const response = await fetch(old.dataset.help, how).catch(() => null)
  if (!response) return null
  if (!response.ok) return false
  const page = new DOMParser().parseFromString(await response.text(), "text/html")
  const fresh = page.querySelector("[data-help]")
  if (fresh) put(fresh, old)
  return Boolean(fresh)
}

// One after the other: an answer would come for a help that has been replaced, or be older than what is shown.
let turn = Promise.resolve()

/** Bring the help up to date; `body` asks for something first. The old one stays where that fails; null: nobody answered. */
function refresh(body) {
  turn = turn.catch(() => null).then(() => bringUpToDate(body))
  return turn
}

// "Hints" beside a result.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-help-link]") || !help()) return
  event.preventDefault()
  if (isNarrow()) show("task")
  help().scrollIntoView()
  help().focus({ preventScroll: true })
})

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-open-hint]")
  if (!button) return
  event.preventDefault()
  const { form } = button // it may be out of the page by the time that an answer comes
  const body = new FormData()
  body.set(button.name, button.value)
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value)
  await saveThere() // makes a visitor a guest: two first requests at once would come from two
  const isFresh = await refresh(body)
  if (isFresh === null) showError(word("hint-offline"))
  else takeBack(word("hint-offline"))
  if (isFresh) document.getElementById(`hint-${button.value}`)?.focus() // what came is read next
  else if (isFresh === false) form.requestSubmit(document.querySelector("[data-open-hint]")) // the long way
})

document.addEventListener(STATES, () => help() && refresh())
