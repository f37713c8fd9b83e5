// The page of one attempt that is still being judged.
import { announce } from "./announce.js";
import { follow } from "./exercise/follow.js";

const place = document.querySelector("[data-result-place]")

if (place) follow(place, { say: announce })
