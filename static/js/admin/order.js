// Order in lists of the admin: rows are dragged by a handle, and the buttons move them without leaving the page.
// Each move is saved at once and said in a live region. Without JavaScript the same buttons and links lead on.

const list = document.querySelector("#result_list")
// Sorted by a column the list shows another order than the one that is changed.
const isInOrder = !new URLSearchParams(location.search).has("o")

const region = document.createElement("p")
region.setAttribute("role", "status")
region.className = "order-status"

const cellIn = (row) => row?.querySelector("[data-order]")

/** Have the server move a row; its words, whether it did or not. */
async function send(cell, fields) {
  const body = new FormData()
  body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value)
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  const headers = { Accept: "application/json" }
  const response = await fetch(cell.dataset.moveUrl, { method: "POST", body, headers }).catch(() => null)
  const answer = await response?.json().catch(() => null)
  return answer?.message ?? (response ? `${response.status} ${response.statusText}` : "")
}

/** The rows as the server has them now. */
async function refresh() {
  const response = await fetch(location.href).catch(() => null)
  if (!response?.ok) return location.reload()
  const page = new DOMParser().parseFromString(await response.text(), "text/html")
  list.tBodies[0].replaceWith(document.adoptNode(page.querySelector("#result_list").tBodies[0]))
  enhance()
}

async function move(cell, fields, focusId) {
  const message = await send(cell, fields)
  await refresh()
  document.getElementById(focusId)?.focus()
  region.textContent = message
}

/** What is to be sent for a row that was dropped where it stands now. */
function placeOf(row) {
  const parent = cellIn(row).dataset.parent
  const above = cellIn(row.previousElementSibling)
  const below = cellIn(row.nextElementSibling)
  // Between two lists the row stays in its own.
  if (!below || (below.dataset.parent !== parent && above?.dataset.parent === parent)) {
    return `end:${above ? above.dataset.parent : parent}`
  }
  return `before:${below.dataset.order}`
}

function makeHandle(cell) {
  const row = cell.closest("tr")
  const handle = document.createElement("span")
  handle.className = "order-handle"
  handle.setAttribute("aria-hidden", "true") // the buttons beside it do the same
  handle.textContent = "⠿"
  let next = null // where the row was

  function follow(event) {
    const y = event.clientY
    const rows = [...list.tBodies[0].rows]
    const target = rows.find((other) => {
      const box = other.getBoundingClientRect()
      return other !== row && y >= box.top && y < box.bottom
    })
    if (!target) return
    const box = target.getBoundingClientRect()
    if (y < box.top + box.height / 2) target.before(row)
    else target.after(row)
  }

  // On the document: the handle moves with its row, and what moves in the page loses the pointer.
  const listeners = { pointermove: follow, pointerup: drop, pointercancel: giveUp, keydown: giveUp }

  function end() {
    row.classList.remove("order-dragged")
    for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener)
  }

  function drop() {
    end()
    if (row.nextElementSibling !== next) move(cell, { to: placeOf(row) }, `to-${cell.dataset.order}`)
  }

  function giveUp(event) {
    if (event.type === "keydown" && event.key !== "Escape") return
    list.tBodies[0].insertBefore(row, next)
    end()
  }

  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || row.classList.contains("order-dragged")) return
    event.preventDefault()
    next = row.nextElementSibling
    row.classList.add("order-dragged")
    for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener)
  })
  cell.prepend(handle)
}

function enhance() {
  for (const cell of list.querySelectorAll("[data-order]")) {
    if (isInOrder) makeHandle(cell)
    for (const button of cell.querySelectorAll("button[name=direction]")) {
      button.addEventListener("click", (event) => {
        event.preventDefault()
        move(cell, { direction: button.value }, button.id)
      })
    }
  }
}

if (list?.querySelector("[data-order]")) {
  document.querySelector("#changelist").before(region)
  enhance()
}
