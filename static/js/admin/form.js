// The form and its text boxes, and how it is sent to the server without leaving it.

export const page = document.querySelector("[data-editing]")
export const form = page.closest("form")
export const boxes = [...form.querySelectorAll("textarea[data-edited]")]

/** Take up a box that was not there when the page came. */
export function addBox(box) {
  boxes.push(box)
  box.dispatchEvent(new CustomEvent("fieldguide:box", { bubbles: true }))
}

/** What a line of text is called that a box with this label has. */
export function labelOf(box) {
  return box.getAttribute("aria-label") ?? form.querySelector(`label[for="${box.id}"]`)?.textContent.replace(/:$/, "") ?? box.name
}

/** What the server says with a redirect: whoever asks has no session of staff any more. */
export class SignedOut extends Error {}

/** Who signs in again, in another tab, has another token from then on than this page began with. */
export function renewToken() {
  const present = document.cookie.match(/(?:^|; )csrftoken=(\w+)/)
  if (present) form.elements.csrfmiddlewaretoken.value = present[1]
}

/** The form as it is, without a chosen picture, and with `more` ({name: value}). */
export function typed(more = {}) {
  renewToken()
  const data = new FormData(form)
  data.delete("_image")
  for (const [name, value] of Object.entries(more)) data.set(name, value)
  return data
}

/** The answer to the form, sent as it is; rejects where there is none, with SignedOut where it leads to the sign-in. */
export async function send(url, { data = typed(), signal, keepalive } = {}) {
  const headers = { Accept: "application/json" }
  // A page that a redirect leads to would be taken for the answer.
  const response = await fetch(url, { method: "POST", body: data, headers, redirect: "manual", signal, keepalive })
  if (response.type === "opaqueredirect") throw new SignedOut("signed out")
  return response
}
