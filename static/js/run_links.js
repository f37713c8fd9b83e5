// The Run links of listings become buttons, with one to edit beside them; what they do is loaded when it is wanted.
// Without JavaScript a link leads to a page where the listing is edited and run.

import { makeShelf } from "./shelf.js"

const tools = document.querySelector("[data-run-tools]")
const ours = document.querySelector("[data-style-nonce]")
let loading

/** The module that runs listings; null where it does not arrive. */
function load() {
  loading ??= import(tools.dataset.module).catch(() => (loading = null))
  return loading
}

function makeButton(className, content, label) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = className
  button.innerHTML = content
  if (label) button.setAttribute("aria-label", label)
  return button
}

function enhance(link) {
  const block = link.closest(".codeblock")
  const head = link.parentElement
  const name = head.querySelector(".name").textContent
  const run = makeButton("run-link", link.innerHTML)
  const edit = makeButton("icon-btn run-edit", '<svg class="i" aria-hidden="true"><use href="#i-pencil"/></svg>', tools.dataset.edit.replace("{name}", name))

  const { pathname, search } = new URL(link.href)
  const shelf = makeShelf(`listing:${pathname}${search}`, ours.dataset.deviceKey)

  let refusal = null

  /** Go to the page that works without JavaScript; where it is out of reach, stay with the lesson and say so. */
  async function leave() {
    if (await fetch(link.href, { method: "HEAD" }).catch(() => null)) return location.assign(link.href)
    refusal = document.createElement("p")
    refusal.className = "run-hint run-error"
    refusal.setAttribute("role", "alert")
    refusal.textContent = tools.dataset.offline
    block.append(refusal)
  }

  async function act(what) {
    refusal?.remove()
    const module = await load()
    if (module) module.open(block, { url: link.href, tools, shelf, run, edit, leave })[what]()
    else leave()
  }

  /** Say that there is a changed version from an earlier visit, which Edit shows. */
  function sayKept() {
    const line = document.createElement("p")
    line.className = "run-hint run-kept"
    line.textContent = `${tools.dataset.kept.replace("{name}", name)} `
    const show = makeButton("btn btn--quiet", tools.dataset.showKept)
    show.setAttribute("aria-label", `${tools.dataset.showKept}: ${name}`)
    show.addEventListener("click", () => act("edit"))
    line.append(show)
    block.append(line)
  }

  if (shelf.own() ?? shelf.inherited()) sayKept()
  run.addEventListener("click", () => act("run"))
  edit.addEventListener("click", () => act("edit"))
  for (const button of [run, edit]) {
    button.addEventListener("pointerenter", load, { once: true })
    button.addEventListener("focus", load, { once: true })
  }
  // Before the editor, for which this key means a new line.
  block.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      event.stopPropagation()
      act("run")
    },
    true,
  )
  link.remove()
  head.append(edit, run)
}

if (tools) document.querySelectorAll(".cbhead > a.run-link").forEach(enhance)
