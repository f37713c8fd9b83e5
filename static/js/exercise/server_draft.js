// The server's draft: one request at a time, each naming the version that it comes from.
import { form, page } from "./files.js";

const url = page.dataset.draftUrl
const MAX_KEEPALIVE_BYTES = 60_000 // browsers refuse to send more than 64 KiB from a page that goes away
let last = Promise.resolve()

export const canSave = Boolean(url)

const token = () => form.elements.csrfmiddlewaretoken.value

async function put(draft, keepalive) {
  const body = JSON.stringify(draft)
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token() }
  const isSmall = new Blob([body]).size < MAX_KEEPALIVE_BYTES
  return fetch(url, { method: "PUT", headers, body, keepalive: keepalive && isSmall }).catch(() => null)
}

/** PUT what `make()` gives when its turn has come; nothing where that is null. Resolves to {status, body, response}; 0: no network. */
export function send(make, { keepalive = false } = {}) {
  const next = last.then(async () => {
    const draft = make()
    if (!draft) return { status: 200, body: null, response: null }
    const response = await put(draft, keepalive)
    const body = response ? await response.clone().json().catch(() => null) : null
    return { status: response?.status ?? 0, body, response }
  })
  last = next.catch(() => {})
  return next
}

/** The draft as it is now, or null when it could not be had. */
export async function load() {
  const response = await fetch(url).catch(() => null)
  return response?.ok ? response.json().catch(() => null) : null
}
