// The code editor in steps: it comes as one file, and each part of it is run in a task of its own, so that a page answers
// meanwhile. First what one types in, then the colours, then the marks of the last run.

/** Wait until the page has nothing else to do. */
function rest() {
  return new Promise((resolve) => {
    if (window.requestIdleCallback) requestIdleCallback(() => setTimeout(resolve), { timeout: 300 })
    else setTimeout(resolve, 16)
  })
}

/** What `load` gives, and a rest. esbuild puts what import() names into the same file, to be run when it is asked for. */
async function part(load) {
  const loaded = await load()
  await rest()
  return loaded
}

/**
 * Run all parts; `loadKeys` resolves to an extension with other keys than the usual. Resolves to attach(box, options) of
 * index.js, after which one can type at once; the colours follow.
 */
export async function prepare(loadKeys = () => []) {
  await part(() => import("./state.js"))
  await part(() => import("./view.js"))
  await part(() => import("./language.js"))
  await part(() => import("./commands.js"))
  const { Surface } = await part(() => import("./surface.js"))
  const { colours, python } = await part(() => import("./python.js"))
  const keys = await part(loadKeys)
  return (box, options) => {
    const surface = new Surface(box, { ...options, keys })
    finish(surface, [...(surface.isPython ? [python] : []), colours])
    return { detach: () => surface.detach() }
  }
}

async function finish(surface, extensions) {
  for (const extension of extensions) {
    await rest()
    surface.add(extension)
  }
  await rest()
  surface.addSymbols()
  surface.followResults()
}
