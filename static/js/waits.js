// A refusal that came with the page and says how long to wait.
import { countDown } from "./waiting.js";

for (const line of document.querySelectorAll("[data-wait]")) countDown(line, Number(line.dataset.wait))
