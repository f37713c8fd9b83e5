// A button beside a read-only field that copies what is in it; without JavaScript the text is selected by hand.

async function write(field) {
  if (navigator.clipboard) return navigator.clipboard.writeText(field.value)
  field.select() // plain HTTP on a local network has no clipboard interface
  if (!document.execCommand("copy")) throw new Error("the browser refused")
}

for (const field of document.querySelectorAll("input[data-copy-label]")) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "button"
  button.textContent = field.dataset.copyLabel
  const status = document.createElement("span")
  status.setAttribute("role", "status")
  button.addEventListener("click", async () => {
    await write(field).then(() => (status.textContent = field.dataset.copied), () => field.select())
  })
  field.after(button, status)
}
