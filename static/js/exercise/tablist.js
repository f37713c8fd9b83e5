// Tabs as the ARIA Authoring Practices have them: arrow keys, Home and End; one tab stop a set.

/**
 * Fill `list` with a tab for each of `panels` [{id, label, element}] and open the one called `first`.
 * `select(id, byReader)` is called at each change; `byReader` says that it was not the page's own.
 */
export function makeTabs(list, panels, select, name, first = panels[0].id) {
  list.setAttribute("role", "tablist")
  list.setAttribute("aria-label", name)
  const tabs = panels.map(({ id, label, element }) => {
    const tab = document.createElement("button")
    tab.type = "button"
    tab.className = "tab"
    tab.setAttribute("role", "tab")
    tab.setAttribute("aria-controls", element.id)
    tab.id = `tab-${element.id}`
    tab.dataset.tab = id
    tab.textContent = label
    return tab
  })

  function open(id, byReader = false) {
    for (const tab of tabs) {
      const chosen = tab.dataset.tab === id
      tab.setAttribute("aria-selected", String(chosen))
      tab.tabIndex = chosen ? 0 : -1
    }
    select(id, byReader)
  }

  const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }
  list.addEventListener("keydown", (event) => {
    const step = steps[event.key]
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    const place = tabs.indexOf(document.activeElement)
    const next = Number.isFinite(step) ? tabs.at((place + step) % tabs.length) : tabs.at(step < 0 ? 0 : -1)
    open(next.dataset.tab, true)
    next.focus()
  })
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]")
    if (tab) open(tab.dataset.tab, true)
  })
  list.append(...tabs)
  open(first)
  return { open, tabs }
}
