// Why something was not accepted, in words. The code stays in the editor in every case.
import { word } from "../words.js";
import { showError } from "./problems.js";

/** {text, seconds} for `response` (null: no network): a sentence, and how long to wait where that is what it says. */
async function refusal(response) {
  if (response === null) return { text: word("offline") }
  if (response.status === 403) return { text: word("forgotten") }
  if (response.status >= 500) return { text: word("our-fault") }
  const body = await response.json().catch(() => ({}))
  if (body.code === "throttled") return { text: body.detail, seconds: Number(response.headers.get("Retry-After")) }
  const fields = Object.values(body.fields ?? {}).flat(Infinity).filter((text) => typeof text === "string")
  return { text: fields.join(" ") || body.detail || word("refused", { status: response.status }) }
}

/** Say above the buttons why `response` is a refusal. */
export async function showRefusal(response) {
  const { text, seconds } = await refusal(response)
  showError(text, seconds)
}
