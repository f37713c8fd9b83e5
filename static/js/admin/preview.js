// The page that learners would see, in a frame without scripts. Its text is exchanged in place, so that it stays
// where the reader has scrolled to and does not flash.
import { page } from "./form.js"

const frame = page.querySelector("[data-frame]")
const screen = page.querySelector("[data-screen]")
const why = page.querySelector("[data-preview-why]")
const part = page.querySelector("[data-preview]")
const choice = (name) => part.querySelector(`[name=${name}]:checked`).value
let isReady

/** The server's page without what a frame does not need: it runs no scripts and leads nowhere. */
function parsed(html) {
  const found = new DOMParser().parseFromString(html, "text/html")
  for (const element of found.querySelectorAll("script, link[rel=prefetch], link[rel=preload]")) element.remove()
  found.documentElement.dataset.theme = choice("_theme")
  return found
}

/** Resolves when the frame holds the first page, with its style sheets. */
function begin(found) {
  return new Promise((done) => {
    frame.addEventListener("load", () => done(frame.contentDocument), { once: true })
    frame.srcdoc = `<!DOCTYPE html>${found.documentElement.outerHTML}`
  }).then((inside) => {
    inside.addEventListener("click", stay, true)
    inside.addEventListener("submit", (event) => event.preventDefault(), true)
    return inside
  })
}

/** Links to headings work; all others would lead out of the preview. */
function stay(event) {
  const link = event.target.closest?.("a[href]")
  if (!link) return
  event.preventDefault()
  const target = link.getAttribute("href")
  if (target.startsWith("#")) frame.contentDocument.getElementById(decodeURIComponent(target.slice(1)))?.scrollIntoView()
}

/** What of the page scrolls by itself: the panes of an exercise. */
const panes = (inside) => [inside.scrollingElement, ...inside.querySelectorAll("[data-pane]")]

/** Show what the server made of the text: {html, why}. */
export async function show({ html, why: reason }) {
  why.hidden = html !== null
  why.textContent = reason
  if (html === null) return
  const found = parsed(html)
  if (!isReady) {
    isReady = begin(found)
    await isReady
  } else {
    const inside = await isReady
    const places = panes(inside).map(({ scrollTop }) => scrollTop)
    inside.title = found.title
    inside.body.replaceWith(inside.adoptNode(found.body))
    panes(inside).forEach((pane, index) => (pane.scrollTop = places[index] ?? 0))
  }
  part.dispatchEvent(new CustomEvent("fieldguide:preview", { bubbles: true }))
}

/** As wide as the chosen window, drawn as small as there is room for. */
function fit() {
  const width = Number(choice("_width"))
  const scale = Math.min(1, screen.clientWidth / width)
  frame.style.width = `${width}px`
  frame.style.height = `${screen.clientHeight / scale}px`
  frame.style.transform = `scale(${scale})`
  screen.classList.toggle("editing-screen--narrow", scale === 1)
}

part.addEventListener("change", () => {
  fit()
  const root = frame.contentDocument?.documentElement
  if (root) root.dataset.theme = choice("_theme")
})
const isDark = matchMedia("(prefers-color-scheme: dark)").matches
const theme = document.documentElement.dataset.theme
if (theme === "dark" || (theme !== "light" && isDark)) part.querySelector("[name=_theme][value=dark]").checked = true
new ResizeObserver(fit).observe(screen)
