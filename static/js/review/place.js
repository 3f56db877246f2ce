// Where one is and how one likes it, kept at the studio: it survives reload, log-out, other devices.
import { token } from "./sending.js";
import { onChange, room, root } from "./room.js";

const REST_MS = 400;
let timer = 0;

function post(address, values) {
  const headers = { "X-CSRFToken": token() };
  // What is not kept now is kept with the next change.
  return fetch(address, { method: "POST", body: new URLSearchParams(values), headers, keepalive: true }).catch(() => null);
}

function now() {
  if (!timer) return;
  clearTimeout(timer);
  timer = 0;
  const { advance, swapped, face, ...plain } = room;
  const ticks = Object.entries({ swapped, face }).filter(([, on]) => on);
  post(`/characters/${root.dataset.character}/review/place/`, [...Object.entries(plain), ...ticks, ["query", location.search]]);
}

export function keepPlace() {
  clearTimeout(timer);
  timer = setTimeout(now, REST_MS);
}

// One after the other: of two that were sent together the first may arrive last.
let kept = Promise.resolve();

export function keepHabit(keys) {
  kept = kept.then(() => post("/review/habits/", { advance: room.advance ? "yes" : "no", keys: JSON.stringify(keys) }));
}

onChange(keepPlace);
window.addEventListener("pagehide", now);
