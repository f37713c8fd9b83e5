// Passkeys: asks the browser for one and sends it with the form. The server makes and checks everything else.
// Nothing is shown where scripts or passkeys are missing: the page has other ways, or says so.

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0))
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "")

/** The options as the server writes them, with bytes where the browser wants bytes. */
function readable(options) {
  const bytes = (list = []) => list.map((item) => ({ ...item, id: toBytes(item.id) }))
  const read = { ...options, challenge: toBytes(options.challenge) }
  if (options.user) read.user = { ...options.user, id: toBytes(options.user.id) }
  if (options.excludeCredentials) read.excludeCredentials = bytes(options.excludeCredentials)
  if (options.allowCredentials) read.allowCredentials = bytes(options.allowCredentials)
  return read
}

/** What the browser answered, as the server reads it. */
function written(credential) {
  const { response } = credential
  const part = (name) => (response[name] ? { [name]: toText(response[name]) } : {})
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      ...part("clientDataJSON"),
      ...part("attestationObject"),
      ...part("authenticatorData"),
      ...part("signature"),
      ...part("userHandle"),
      ...(response.getTransports ? { transports: response.getTransports() } : {}),
    },
  })
}

async function optionsOf(form) {
  if (form.dataset.passkey === "login") {
    const response = await fetch(form.action, { headers: { Accept: "application/json" } })
    return (await response.json()).request_options.publicKey
  }
  const data = JSON.parse(document.getElementById(form.dataset.passkeyOptions).textContent)
  return (data.creation_options ?? data.request_options).publicKey
}

async function ask(form) {
  const options = readable(await optionsOf(form))
  if (form.dataset.passkey !== "make") return navigator.credentials.get({ publicKey: options })
  const alone = form.elements.passwordless?.checked ?? false
  const selection = { ...options.authenticatorSelection, residentKey: alone ? "required" : "discouraged", requireResidentKey: alone }
  if (alone) selection.userVerification = "required"
  return navigator.credentials.create({ publicKey: { ...options, authenticatorSelection: selection } })
}

function follow(form) {
  const status = form.querySelector("[data-passkey-status]")
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    status.textContent = ""
    try {
      form.elements.credential.value = written(await ask(form))
    } catch (error) {
      const said = { NotAllowedError: "refused", AbortError: "refused", InvalidStateError: "known" }
      status.textContent = status.dataset[said[error.name] ?? "failed"]
      return
    }
    form.submit()
  })
}

const isKnown = Boolean(window.PublicKeyCredential && navigator.credentials)
for (const place of document.querySelectorAll("[data-passkey-place]")) place.hidden = !isKnown
for (const remark of document.querySelectorAll("[data-passkey-missing]")) remark.hidden = isKnown
document.querySelectorAll("form[data-passkey]").forEach(follow)
