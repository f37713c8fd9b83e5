// What scrolls by itself can be scrolled with the keyboard: it gets a tab stop and a name, but only while it overflows.

const SCROLLERS = ".hl pre, .tablewrap, [data-pane]"

function nameOf(element, position) {
  const block = element.closest(".codeblock")
  if (block) return `Code ${position}: ${block.querySelector(".name")?.textContent.trim() || "listing"}`
  if (element.matches(".tablewrap")) return `Table ${position}`
  return `Scrolling area ${position}`
}

function check(element, position) {
  const overflows = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1
  if (overflows) element.tabIndex = 0
  else element.removeAttribute("tabindex")
  if (element.matches("section, [aria-labelledby]")) return // it has a role and a name already
  if (overflows) {
    element.setAttribute("role", "region")
    element.setAttribute("aria-label", nameOf(element, position))
  } else {
    element.removeAttribute("role")
    element.removeAttribute("aria-label")
  }
}

const positions = new Map()
const observer = new ResizeObserver((entries) => {
  for (const { target } of entries) check(target, positions.get(target))
})
document.querySelectorAll(SCROLLERS).forEach((element, index) => {
  positions.set(element, index + 1)
  observer.observe(element)
})
