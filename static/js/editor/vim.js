// The same editor with the keys of Vim: a bundle of its own, loaded instead of the other by those who chose it.
import { prepare as prepareWith } from "./staged.js"

export function prepare() {
  return prepareWith(async () => {
    const { Vim, getCM, vim } = await import("./vim_keys.js")
    const goOn = (view) => {
      view.dispatch({ selection: { anchor: view.state.selection.main.head } }) // with more, it would be another mode
      Vim.handleKey(getCM(view), "i", "mapping")
    }
    return { keys: vim(), goOn }
  })
}
