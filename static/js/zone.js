// Tells the server in which zone this browser is, so that from the next page on it shows times as the clock here does.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
if (zone && zone !== document.documentElement.dataset.zone) {
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`
}
