// The cursor: how it moves, where the focus is meanwhile, and what it does when its frame goes.
import { bringDesk } from "./deskside.js";
import { current, frame, frames, neighbour, pkOf, strip } from "./frames.js";
import { keepPlace } from "./place.js";
import { room, viewer } from "./room.js";
import { mark, say, showCurrent } from "./showing.js";

let place = 0; // where in the strip the cursor is

export function go(next) {
  if (!next) return;
  frame(next);
  place = frames().indexOf(next);
  const address = new URL(location.href);
  address.searchParams.set("at", pkOf(next));
  history.replaceState(history.state, "", address);
  showCurrent();
  bringDesk();
  keepPlace();
}

export const step = (by) => go(neighbour(current(), by));
export const toViewer = () => (room.layout === "grid" ? strip() : viewer).focus({ preventScroll: true });

// The cursor as the page came with it.
export function begin() {
  frame(current());
  place = frames().indexOf(current());
  toViewer();
  showCurrent();
}

// Where the framed one has gone, the cursor takes the place that it had.
export function keepCursor() {
  const all = frames();
  if (current()) place = all.indexOf(current());
  else go(all[Math.min(Math.max(place, 0), all.length - 1)]);
}

// What the page says of the framed one, drawn anew where it is.
export function settle() {
  if (!current()) return;
  say(current());
  mark();
}
