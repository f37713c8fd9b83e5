// Why something was not accepted, in words. The code stays in the editor in every case.
import { refusal } from "../refusal.js";
import { word } from "../words.js";
import { showError } from "./problems.js";

/** Say above the buttons why `response` is a refusal. */
export async function showRefusal(response) {
  const { text, seconds } = await refusal(response, {
    offline: word("offline"),
    forgotten: word("forgotten"),
    fault: word("our-fault"),
    refused: word("refused", { status: response?.status }),
  })
  showError(text, seconds)
}
