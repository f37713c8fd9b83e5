// What scripts say stands in the page, in the reader's language: <template data-words> with a [data-word] for each.

const words = new Map()
for (const template of document.querySelectorAll("template[data-words]")) {
  for (const element of template.content.querySelectorAll("[data-word]")) words.set(element.dataset.word, element.textContent)
}

/** The sentence called `name` with `values` for what stands in {braces}; "" where the page has no such sentence. */
export function word(name, values = {}) {
  return (words.get(name) ?? "").replace(/\{(\w+)\}/g, (braces, key) => values[key] ?? braces)
}
