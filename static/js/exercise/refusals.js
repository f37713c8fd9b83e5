// Why something was not accepted, in words. The code stays in the editor in every case.
import { word } from "../words.js";

/** One sentence for `response` (null: no network). */
export async function refusal(response) {
  if (response === null) return word("offline")
  if (response.status === 403) return word("forgotten")
  if (response.status >= 500) return word("our-fault")
  const body = await response.json().catch(() => ({}))
  const seconds = Number(response.headers.get("Retry-After"))
  if (response.status === 429) return seconds ? word("too-fast", { seconds }) : body.detail || word("too-fast-wait")
  const fields = Object.values(body.fields ?? {}).flat(Infinity).filter((text) => typeof text === "string")
  return fields.join(" ") || body.detail || word("refused", { status: response.status })
}
