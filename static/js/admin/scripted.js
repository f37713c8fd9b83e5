// What works with scripts only stands in templates, so that nobody else is shown it.
import { page } from "./form.js"

for (const template of page.querySelectorAll("template[data-scripted]")) template.replaceWith(template.content)
