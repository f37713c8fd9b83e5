// What scripts say, in the reader's language: the server wrote it into the page (components/_words.html).

const words = document.querySelector("[data-words]")?.dataset ?? {}

/** The sentence `name` with `values` for its %(placeholders)s; "" on a page that does not have it. */
export function say(name, values = {}) {
  return (words[name] ?? "").replace(/%\((\w+)\)s/g, (_, key) => values[key] ?? "")
}
