// In which language a date is written: as the server does (config/formats).
const { lang } = document.documentElement

export const language = lang === "en" ? "en-GB" : lang
