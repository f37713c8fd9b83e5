// Marks the section that is being read in the contents of the page.

const contents = document.querySelector("[data-toc]")
const fold = document.querySelector("[data-toc-fold]")
const MARGIN_PX = 8 // below the place where a followed link puts a heading

function follow() {
  const links = [...contents.querySelectorAll("a")]
  const headings = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1)))).filter(Boolean)
  const line = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) + MARGIN_PX

  function mark() {
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top <= line)
    const atEnd = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2
    const current = atEnd ? headings.at(-1) : (passed.at(-1) ?? headings[0])
    for (const link of links) {
      if (current && decodeURIComponent(link.hash.slice(1)) === current.id) link.setAttribute("aria-current", "true")
      else link.removeAttribute("aria-current")
    }
  }

  const observer = new IntersectionObserver(mark, { rootMargin: `${-Math.ceil(line)}px 0px 0px 0px`, threshold: [0, 1] })
  for (const heading of headings) observer.observe(heading)
  const end = document.querySelector(".footer")
  if (end) observer.observe(end)
  mark()
}

if (contents) follow()
fold?.addEventListener("click", (event) => event.target.closest("a") && (fold.open = false))
