// Tabs for what a text shows in several variants, such as frameworks. Without JavaScript they stand one below another.
import { makeTabs } from "./exercise/tablist.js";
import { keepValue } from "./preferences.js";
import { word } from "./words.js";

const slugOf = (panel) => panel.id.replace(/^tab-\d+-/, "")

/** Make tabs of one set; `onChoice(slug)` is called when the reader chooses one. */
function makeSet(element, onChoice) {
  const panels = [...element.children].filter((child) => child.matches(".variant"))
  const slugs = panels.map(slugOf)
  const list = document.createElement("div")
  list.className = "variant-tabs"

  function show(slug, byReader) {
    for (const panel of panels) panel.hidden = slugOf(panel) !== slug
    const tab = list.querySelector("[aria-selected=true]")
    // Into view in the strip, which may be wider than the window; scrollIntoView() would move the page, too.
    if (!tab.nextElementSibling) list.scrollLeft = list.scrollWidth // to the very end, so that no more is announced
    else if (tab.offsetLeft < list.scrollLeft) list.scrollLeft = tab.offsetLeft
    else list.scrollLeft = Math.max(list.scrollLeft, tab.offsetLeft + tab.offsetWidth - list.clientWidth)
    if (byReader) onChoice(slug, list)
  }

  element.prepend(list)
  const choices = panels.map((panel) => {
    const title = panel.querySelector(":scope > .variant-title")
    panel.setAttribute("role", "tabpanel")
    panel.setAttribute("aria-labelledby", `tab-${panel.id}`)
    if (!panel.querySelector("a, button")) panel.tabIndex = 0 // or nothing of it could be reached by keyboard
    title.hidden = true
    return { id: slugOf(panel), label: title.textContent, element: panel }
  })
  const chosen = panels.find((panel) => panel.matches(".variant--chosen")) ?? panels[0]
  const tabs = makeTabs(list, choices, show, word("variants"), slugOf(chosen))
  element.classList.add("variants--tabs")
  return { has: (slug) => slugs.includes(slug), open: tabs.open }
}

const sets = [...document.querySelectorAll(".variants")].map((element) => makeSet(element, choose))

function openEverywhere(slug) {
  for (const set of sets) if (set.has(slug)) set.open(slug)
}

/** All sets follow the reader's choice, and the page stays where it is under the finger. */
function choose(slug, list) {
  const before = list.getBoundingClientRect().top
  openEverywhere(slug)
  scrollBy({ top: list.getBoundingClientRect().top - before, behavior: "instant" })
  keepValue("fw", slug)
}

/** What the address names. `:target` is not set yet when this first runs. */
function targetOfAddress() {
  try {
    return document.getElementById(decodeURIComponent(location.hash.slice(1)))
  } catch {
    return null // not an address of ours
  }
}

/** An address that names a tab, or something in one, opens it. */
function openTarget() {
  const target = targetOfAddress()
  const panel = target?.closest(".variant")
  if (!panel) return
  openEverywhere(slugOf(panel))
  target.scrollIntoView()
}

openTarget()
addEventListener("hashchange", openTarget)
