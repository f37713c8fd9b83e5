// Runs the listings of a lesson in the page; loaded at the first press of Run or Edit (run_links.js).
export { open } from "./run/listing.js";
