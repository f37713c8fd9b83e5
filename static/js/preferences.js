// Sends one choice of a preferences form to the server, which keeps it in a cookie.

/** POST `form` with the submitter's value. A choice that is lost with the network only lasts for this page. */
export function keep(form, submitter) {
  return fetch(form.action, { method: "POST", body: new FormData(form, submitter), redirect: "manual" }).catch(() => null)
}
