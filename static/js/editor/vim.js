// The same editor with the keys of Vim: a bundle of its own, loaded instead of the other by those who chose it.
import { vim } from "@replit/codemirror-vim"

import { attach as attachWith } from "./index.js"

export function attach(box, options) {
  return attachWith(box, { ...options, keys: vim() })
}
