// Changes the theme without a reload. Without JavaScript the menu's form does it with one.
import { keep } from "./preferences.js";

const menu = document.querySelector("[data-theme-menu]")
const opener = document.querySelector("[data-theme-button]")

menu?.addEventListener("submit", (event) => {
  const choice = event.submitter
  if (choice?.name !== "theme") return
  event.preventDefault()
  if (choice.value === "system") delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = choice.value
  for (const button of menu.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === choice))
  opener.querySelector("use").setAttribute("href", `#i-${choice.dataset.icon}`)
  menu.hidePopover()
  keep(menu, choice)
})
