// A picture that is pasted into a text, dropped on it or chosen is stored by the server, and its Markdown written where
// the caret is, with the caret where its words go; from there the next one goes behind it.
import { word } from "../words.js"
import { boxes, form, page, send, typed } from "./form.js"

const line = page.querySelector("[data-image-line]")
const chooser = form.elements._image
const button = page.querySelector("[data-upload]")
let last = boxes.find(({ dataset }) => dataset.edited === "markdown") // where somebody wrote last

const picturesIn = (transfer) => [...(transfer?.files ?? [])].filter(({ type }) => type.startsWith("image/"))

async function upload(picture) {
  line.textContent = word("uploading")
  try {
    const data = typed()
    data.set("_image", picture)
    const response = await send(page.dataset.imageUrl, { data })
    const answer = await response.json()
    line.textContent = response.ok ? word("uploaded") : answer.detail
    return answer.markdown ?? ""
  } catch {
    line.textContent = word("upload-failed")
    return ""
  }
}

/** What to write for `picture` over `from` to `to` of `text`, and where. */
function placed(picture, text, from, to) {
  for (const { index, 0: other } of text.matchAll(/!\[[^\]\n]*\]\([^)\n]*\)/g)) {
    const end = index + other.length
    if (index >= from || from >= end) continue
    const line = text.slice(text.lastIndexOf("\n", index) + 1, index)
    const prefix = line.match(/^[> ]*/)[0]
    return { from: end, to: end, insert: `\n${prefix.trimEnd()}\n${prefix}${picture}` }
  }
  return { from, to, insert: picture }
}

/** Write `picture` over the selection of `box`, or of the editor over it, and put the caret between its brackets. */
function insert(box, picture) {
  const change = (text, from, to) => {
    const found = placed(picture, text, from, to)
    return { ...found, caret: found.from + found.insert.length - picture.length + 2 }
  }
  if (!box.dispatchEvent(new CustomEvent("fieldguide:insert", { detail: { change }, cancelable: true }))) return
  const { from, to, insert, caret } = change(box.value, box.selectionStart, box.selectionEnd)
  box.setRangeText(insert, from, to)
  box.setSelectionRange(caret, caret)
  box.focus()
  box.dispatchEvent(new Event("input", { bubbles: true }))
}

/** Whether `transfer`, of a paste or a drop on `box`, held pictures; they are on their way then. */
export function takePictures(box, transfer) {
  const pictures = picturesIn(transfer)
  if (!pictures.length) return false
  ;(async () => {
    for (const picture of pictures) {
      const markdown = await upload(picture)
      if (markdown) insert(box, markdown)
    }
  })()
  return true
}

function listen(box) {
  if (box.dataset.edited !== "markdown") return
  box.addEventListener("focus", () => (last = box))
  box.addEventListener("fieldguide:focus", () => (last = box)) // of the editor over it
  box.addEventListener("paste", (event) => takePictures(box, event.clipboardData) && event.preventDefault())
  box.addEventListener("drop", (event) => takePictures(box, event.dataTransfer) && event.preventDefault())
}

boxes.forEach(listen)
form.addEventListener("fieldguide:box", ({ target }) => listen(target))

// A form without Markdown takes no pictures.
button?.addEventListener("click", async (event) => {
  event.preventDefault()
  if (!chooser.files.length) return (line.textContent = word("choose"))
  takePictures(last, { files: chooser.files })
  chooser.value = ""
})
