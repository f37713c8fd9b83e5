// The form and its text boxes, and how it is sent to the server without leaving it.

export const page = document.querySelector("[data-editing]")
export const form = page.closest("form")
export const boxes = [...form.querySelectorAll("textarea[data-edited]")]

/** What a line of text is called that a box with this label has. */
export function labelOf(box) {
  return box.getAttribute("aria-label") ?? form.querySelector(`label[for="${box.id}"]`)?.textContent.replace(/:$/, "") ?? box.name
}

/** The form as it is, without a chosen picture, and with `more` ({name: value}). */
export function typed(more = {}) {
  const data = new FormData(form)
  data.delete("_image")
  for (const [name, value] of Object.entries(more)) data.set(name, value)
  return data
}

/** The answer to the form, sent as it is; rejects where there is none. */
export function send(url, { data = typed(), signal, keepalive } = {}) {
  return fetch(url, { method: "POST", body: data, headers: { Accept: "application/json" }, signal, keepalive })
}
