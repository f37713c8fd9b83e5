// The code editor: CodeMirror over a text box, which stays the form's field and the truth for every other module.
// Whole and at once; where a page is to answer meanwhile, staged.js.
import { looks } from "./python.js"
import { Surface } from "./surface.js"

/**
 * Put an editor over `box`, at its size. `nonce` is the page's for styles, `actions` the element for the row of symbols,
 * `settings` the reader's (js/exercise/settings.js), `keys` an extension with other keys than the usual, `goOn(view)` what
 * these need where somebody is typing already, `isTyping` tells whether so, `label` what the editor is called, `replaced`
 * one that it takes the place of. Returns the editor; detach() gives the box back.
 */
export function attach(box, options) {
  const surface = new Surface(box, options, looks(box))
  surface.draw()
  surface.show()
  surface.addSymbols()
  surface.followResults()
  return surface
}
