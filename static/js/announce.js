// The page's one live region.

const region = document.querySelector("[data-announcer]")
let timer

/** Have screen readers say `text` politely. The region is emptied first, so that the same words are read again. */
export function announce(text) {
  if (!region) return
  region.textContent = ""
  clearTimeout(timer)
  timer = setTimeout(() => (region.textContent = text), 100)
}
