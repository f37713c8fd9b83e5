// The list of attempts and drafts, fetched from the page itself: there is one template for it, on the server.

const AGAIN_MS = 2000 // while an attempt that gave way to a newer one is not at its end; each time twice as long
let timer

/** Put `fresh` in the place of `old`; a focused entry hands its focus to its successor. */
function put(fresh, old) {
  const focused = old.contains(document.activeElement) ? document.activeElement.href : undefined
  old.replaceWith(fresh)
  if (focused) [...fresh.querySelectorAll("a")].find((link) => link.href === focused)?.focus()
}

/** Bring the list up to date, and follow what has not ended; when that fails the old one stays. */
export async function refreshHistory(pauseMs = AGAIN_MS) {
  clearTimeout(timer)
  const response = await fetch(location.href).catch(() => null)
  const page = response?.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null
  const old = document.querySelector("[data-history]")
  const fresh = page?.querySelector("[data-history]")
  if (old && fresh) put(fresh, old)
  const link = document.querySelector("[data-history-link]")
  if (link && fresh?.querySelector("li")) link.hidden = false
  if (!document.querySelector("[data-history] [data-unfinished]")) return
  clearTimeout(timer)
  timer = setTimeout(() => refreshHistory(2 * pauseMs), pauseMs)
}
