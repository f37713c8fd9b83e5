// Marks the section that is being read in the contents of the page.

const contents = document.querySelector("[data-toc]")
const fold = document.querySelector("[data-toc-fold]")
const MARGIN_PX = 8 // below the place where a followed link puts a heading
const READER_MOVES = ["wheel", "touchmove", "keydown", "pointerdown"]

const idOf = (link) => decodeURIComponent(link.hash.slice(1))

function follow() {
  const links = [...contents.querySelectorAll("a")]
  const headings = links.map((link) => document.getElementById(idOf(link))).filter(Boolean)
  // What the reader asked for. It stays marked until they move on: near the end of a page it may be too low to be
  // the section at the top, and on the way there the sections between are not what is being read.
  let asked = null
  let isWaiting = false

  function atTop() {
    const line = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) + MARGIN_PX
    const atEnd = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2
    if (atEnd) return headings.at(-1)
    return headings.findLast((heading) => heading.getBoundingClientRect().top <= line) ?? headings[0]
  }

  function mark() {
    isWaiting = false
    const current = asked ?? atTop()
    for (const link of links) {
      if (idOf(link) === current?.id) link.setAttribute("aria-current", "true")
      else link.removeAttribute("aria-current")
    }
  }

  function soon() {
    if (!isWaiting) requestAnimationFrame(mark)
    isWaiting = true
  }

  function ask() {
    const id = decodeURIComponent(location.hash.slice(1))
    asked = headings.find((heading) => heading.id === id) ?? null
    soon()
  }

  for (const name of READER_MOVES) {
    addEventListener(name, (event) => {
      const isFollowing = name === "keydown" || name === "pointerdown"
      if (!isFollowing || !event.target.closest?.("a[href^='#']")) asked = null
    }, { passive: true })
  }
  contents.addEventListener("click", (event) => {
    const link = event.target.closest("a")
    if (!link) return
    asked = document.getElementById(idOf(link))
    soon()
  })
  addEventListener("hashchange", ask)
  addEventListener("scroll", soon, { passive: true })
  addEventListener("resize", soon)
  if (location.hash.length > 1) ask()
  else mark()
}

if (contents) follow()
fold?.addEventListener("click", (event) => event.target.closest("a") && (fold.open = false))
