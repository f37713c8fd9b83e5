// A slug follows its title at once, also where no key is let go: pasted with the mouse, spoken, filled in by a browser.
// Django's script, which makes the slug, would only do so when the title is left: as late as in the click into the slug.
const { prepopulatedFields } = document.querySelector("#django-admin-prepopulated-fields-constants").dataset

for (const id of JSON.parse(prepopulatedFields).flatMap(({ dependency_ids: ids }) => ids)) {
  const field = document.querySelector(id)
  field.addEventListener("input", () => field.dispatchEvent(new Event("keyup")))
}
