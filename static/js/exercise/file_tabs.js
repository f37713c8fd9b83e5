// Several files: one at a time, chosen by tabs. Without JavaScript they stand one below another.
import { form } from "./files.js";
import { makeTabs } from "./tablist.js";
import { word } from "../words.js";

const list = form.querySelector("[data-file-tabs]")
const files = [...form.querySelectorAll("[data-file]")]

if (list && files.length > 1) {
  const panels = files.map((element, position) => {
    element.id = `panel-file-${position + 1}`
    element.setAttribute("role", "tabpanel")
    element.setAttribute("aria-labelledby", `tab-${element.id}`)
    return { id: element.dataset.file, label: element.dataset.file, element }
  })
  const tabs = makeTabs(list, panels, (id) => files.forEach((file) => (file.hidden = file.dataset.file !== id)), word("files"))
  form.addEventListener("fieldguide:line", (event) => tabs.open(event.target.closest("[data-file]").dataset.file), true)
}
