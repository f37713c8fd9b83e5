// On phones the page shows one of Task, Code and Results at a time.
import { makeTabs } from "./tablist.js";
import { word } from "../words.js";
import { page } from "./files.js";

const narrow = matchMedia("(max-width: 56rem)")
const panels = [...page.querySelectorAll("[data-view-panel]")].map((element) => ({
  id: element.dataset.viewPanel,
  label: element.dataset.viewLabel,
  element,
}))
const list = document.createElement("div")
list.className = "view-tabs"
page.prepend(list)
const tabs = makeTabs(
  list,
  panels,
  (id) => {
    page.dataset.view = id
    page.dispatchEvent(new Event("fieldguide:view"))
  },
  word("views"),
)

export const isNarrow = () => narrow.matches

/** Show one view, where only one fits. */
export function show(id) {
  if (page.dataset.view !== id) tabs.open(id)
}

/** Write how many tests pass into the tab of the results. */
export function setScore(score) {
  const tab = tabs.tabs.find((one) => one.dataset.tab === "results")
  const { label } = panels.find(({ id }) => id === "results")
  tab.textContent = score ? `${label} ${score}` : label
}

/** On wide windows the three are sections side by side; only as tabs are they panels. */
function arrange() {
  for (const { element } of panels) {
    if (narrow.matches) element.setAttribute("role", "tabpanel")
    else element.removeAttribute("role")
  }
}

setScore(page.querySelector("[data-live-result]")?.dataset.score)
arrange()
narrow.addEventListener("change", arrange)
page.addEventListener("fieldguide:line", () => isNarrow() && show("code"), true)

/** The button bar stays above a screen keyboard, also where that covers the page instead of shrinking it. */
function liftBar() {
  const covered = innerHeight - visualViewport.height - visualViewport.offsetTop
  page.style.setProperty("--keyboard", `${Math.max(0, Math.round(covered))}px`)
}
visualViewport?.addEventListener("resize", liftBar)
visualViewport?.addEventListener("scroll", liftBar)

// Skip links and the history link lead to views that may be closed.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href*="#"]')
  const target = link?.pathname === location.pathname ? document.getElementById(link.hash.slice(1)) : null
  const view = target?.closest("[data-view-panel]")
  if (!view || !isNarrow()) return
  show(view.dataset.viewPanel)
  target.scrollIntoView()
})
