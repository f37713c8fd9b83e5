// The search as a dialog: what is typed is looked for at once, arrow keys and Enter open a hit.
// Without it there are links to the page of the search, and a form in the bar.

const WAIT_MS = 150 // after a key, so that not every letter is asked for
const dialog = document.querySelector("[data-search]")
const input = dialog?.querySelector("input")
const results = dialog?.querySelector("[data-search-results]")
const status = dialog?.querySelector("[role=status]")

let timer = 0
let asking = null
let answered = "" // the question whose hits are shown
let options = []
let active = -1

/** Where one can type: the page's own field, or the dialog. */
export function openSearch() {
  const field = document.querySelector("[data-search-field]")
  if (field) field.select()
  else if (dialog && !document.querySelector("dialog[open]")) {
    dialog.showModal()
    input.select() // focuses, too
  }
}

function activate(index) {
  options[active]?.setAttribute("aria-selected", "false")
  active = index
  const option = options[active]
  option?.setAttribute("aria-selected", "true")
  option?.scrollIntoView({ block: "nearest" })
  if (option) input.setAttribute("aria-activedescendant", option.id)
  else input.removeAttribute("aria-activedescendant")
}

function show(question, html, said) {
  answered = question
  results.innerHTML = html // ours: the server escaped what is in it
  results.scrollTop = 0
  status.textContent = said ?? results.firstElementChild?.dataset.searchSaid ?? ""
  options = [...results.querySelectorAll("[role=option]")]
  input.setAttribute("aria-expanded", String(options.length > 0))
  if (options.length) input.setAttribute("aria-controls", "search-hits")
  else input.removeAttribute("aria-controls")
  activate(options.length ? 0 : -1)
}

async function ask() {
  const question = input.value.trim()
  asking?.abort()
  asking = new AbortController()
  const mine = asking
  if (!question) return show("", "")
  const address = `${dialog.dataset.search}?${new URLSearchParams({ q: question })}`
  const html = await fetch(address, { signal: mine.signal })
    .then((response) => (response.ok ? response.text() : null))
    .catch(() => null)
  if (mine !== asking) return // something else was asked meanwhile
  if (html === null) show("", "", dialog.dataset.failed)
  else show(question, html)
}

input?.addEventListener("input", () => {
  clearTimeout(timer)
  timer = setTimeout(ask, WAIT_MS)
})

input?.addEventListener("keydown", (event) => {
  if (event.isComposing) return
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step && options.length) activate((active + step + options.length) % options.length)
  // Hits of an older question are not opened: the form then leads to the page of the search.
  else if (event.key === "Enter" && options[active] && answered === input.value.trim()) options[active].click()
  else if (event.key === "Escape") dialog.close() // or the field would only be emptied
  else return
  event.preventDefault()
})

// A hit on this very page, or a click beside the dialog.
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog || event.target.closest("[data-search-close], a")) dialog.close()
})

for (const opener of document.querySelectorAll("[data-search-open]")) {
  opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return // into another tab
    event.preventDefault()
    openSearch()
  })
}

document.addEventListener("keydown", (event) => {
  const isMac = /^(Mac|iP)/.test(navigator.platform)
  const hasModifier = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey
  if (event.defaultPrevented || event.key.toLowerCase() !== "k" || !hasModifier || event.altKey || event.shiftKey) return
  event.preventDefault()
  openSearch()
})
