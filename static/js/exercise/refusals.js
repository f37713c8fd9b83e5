// Why a submission was not accepted, in words. The code stays in the editor in every case.

const OFFLINE = "We could not reach the server. Your code is kept on this device; submit again when you are online."
const OUR_FAULT = "Something broke on our side; it is not your code. Your code is kept on this device. Please try again in a minute."
const FORGOTTEN = "The page was open for a long time and the server no longer knows it. Reload it; your code is kept on this device."

/** One sentence for `response` (null: no network). */
export async function refusal(response) {
  if (response === null) return OFFLINE
  if (response.status === 403) return FORGOTTEN
  if (response.status >= 500) return OUR_FAULT
  const body = await response.json().catch(() => ({}))
  const seconds = Number(response.headers.get("Retry-After"))
  if (response.status === 429) {
    return seconds ? `That was a lot at once. Submit again in ${seconds} seconds.` : (body.detail ?? "That was a lot at once. Wait a moment.")
  }
  const fields = Object.values(body.fields ?? {}).flat(Infinity).filter((text) => typeof text === "string")
  return fields.join(" ") || body.detail || `The server did not accept this (${response.status}).`
}
