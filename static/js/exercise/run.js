// Runs the code as it is, with the request that is shown; records nothing.
import { makeRunner, requestIn } from "../run/runner.js";
import { saveThere } from "./autosave.js";
import { form, page, texts } from "./files.js";
import { isNarrow, show } from "./views.js";

const tools = document.querySelector("[data-run-tools]")
const button = form.querySelector("[data-exercise-run]")
const area = document.querySelector("[data-exercise-run-area]")

if (tools && button && area) {
  const place = area.querySelector("[data-run-place]")
  const runner = makeRunner(place, { tools, token: form.elements.csrfmiddlewaretoken.value })

  async function run() {
    if (isNarrow()) {
      show("results")
      page.querySelector("#results").focus()
    }
    button.setAttribute("aria-busy", "true")
    await saveThere() // makes a visitor a guest: two first requests at once would come from two
    const panel = await runner.run({ ...JSON.parse(page.dataset.subject), files: texts(), request: requestIn(area) })
    button.removeAttribute("aria-busy")
    if (!panel) return
    const detail = { errorLine: panel.dataset.line, headline: panel.dataset.headline }
    place.dispatchEvent(new CustomEvent("fieldguide:result", { bubbles: true, detail }))
  }

  button.addEventListener("click", (event) => {
    event.preventDefault()
    run()
  })
  // Enter in the request line runs; it would hand in otherwise.
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return
    event.preventDefault()
    run()
  })
  document.addEventListener("keydown", (event) => {
    if (event.key !== "'" || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    run()
  })
  // What is handed in has a result of its own.
  form.addEventListener("submit", () => runner.clear())
}
