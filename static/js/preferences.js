// Sends a choice to the server, which keeps it in a cookie. One that is lost with the network only lasts for this page.

let sending = null

// Kept alive, because a link may be followed at once.
const send = (address, body, signal = null) =>
  fetch(address, { method: "POST", body, redirect: "manual", keepalive: true, signal }).catch(() => null)

/** POST `form`, one of preferences, with the submitter's value. */
export function keep(form, submitter) {
  return send(form.action, new FormData(form, submitter))
}

/** POST a choice that no form of the page is about. The last one counts, whichever would be answered last. */
export function keepValue(name, value) {
  const form = document.querySelector("[data-theme-menu]") // any one that carries the token
  const body = new FormData(form)
  body.set(name, value)
  sending?.abort()
  sending = new AbortController()
  return send(form.action, body, sending.signal)
}
