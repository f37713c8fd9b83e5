// The code editor in steps: it comes as one file, and each part of it is run in a task of its own, so that a page answers
// meanwhile. First what one types in, then the marks of the last run. The first line of the file (package.json) asks the
// browser to compile all of it beside the page, and not each function when it is first called.

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
 * Run all parts; `loadKeys` resolves to {keys, goOn} of other keys than the usual. Resolves to attach(box, options) of
 * index.js, which resolves once all of it is in the page.
 */
export async function prepare(loadKeys = () => ({})) {
  await part(() => import("./state.js"))
  await part(() => import("./view.js"))
  await part(() => import("./language.js"))
  await part(() => import("./commands.js"))
  const { Surface } = await part(() => import("./surface.js"))
  const { looks } = await part(() => import("./python.js"))
  const own = await part(loadKeys)
  return async (box, options) => {
    const surface = await part(() => new Surface(box, { ...options, ...own }, looks(box)))
    for (const step of ["draw", "show", "addSymbols", "followResults"]) await part(() => surface[step]())
    return surface
  }
}
