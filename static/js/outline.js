// The course outline: shows where the reader is, and does not stay open over a window that became wide.

const outline = document.querySelector("[data-outline]")
const wide = matchMedia("(min-width: 56.01rem)")

function showCurrent() {
  const current = outline.querySelector("[aria-current]")
  const isSeen = current && current.offsetTop + current.offsetHeight < outline.scrollTop + outline.clientHeight
  if (current && !isSeen) outline.scrollTop = current.offsetTop - outline.clientHeight / 3
}

if (outline) {
  if (wide.matches) showCurrent()
  outline.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return
    showCurrent()
    outline.querySelector("[aria-current]")?.focus()
  })
  wide.addEventListener("change", () => outline.matches(":popover-open") && outline.hidePopover())
}
