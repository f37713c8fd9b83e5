// The same editor with the keys of Vim: a bundle of its own, loaded instead of the other by those who chose it.
import { prepare as prepareWith } from "./staged.js"

export function prepare() {
  return prepareWith(async () => {
    const { Vim, getCM, vim } = await import("./vim_keys.js")
    return { keys: vim(), goOn: (view) => Vim.handleKey(getCM(view), "i", "mapping") }
  })
}
