// Why the server did not accept something.

/**
 * {text, seconds} for `response` (null: no network): a sentence, and how long to wait where that is what it says.
 * `words` are the page's: `offline`; `forgotten` (403); `fault` (from 500 on); `refused` where the server says nothing.
 */
export async function refusal(response, words) {
  if (!response) return { text: words.offline }
  if (response.status === 403) return { text: words.forgotten }
  if (response.status >= 500) return { text: words.fault }
  const body = await response.json().catch(() => ({}))
  if (body.code === "throttled") return { text: body.detail, seconds: Number(response.headers.get("Retry-After")) }
  const fields = Object.values(body.fields ?? {}).flat(Infinity).filter((text) => typeof text === "string")
  return { text: fields.join(" ") || body.detail || words.refused }
}
