// The list of attempts and drafts, fetched from the page itself: there is one template for it, on the server.

/** Bring the list up to date; when that fails the old one stays. */
export async function refreshHistory() {
  const old = document.querySelector("[data-history]")
  const response = await fetch(location.href).catch(() => null)
  if (!old || !response?.ok) return
  const page = new DOMParser().parseFromString(await response.text(), "text/html")
  const fresh = page.querySelector("[data-history]")
  if (fresh) old.replaceWith(fresh)
  const link = document.querySelector("[data-history-link]")
  if (link && fresh?.querySelector("li")) link.hidden = false
}
