// Looking closer: layouts, zoom, faces, and what B is. Decides nothing.
import { toViewer } from "./cursor.js";
import { current, frames, heroOf, pkOf, typeOf } from "./frames.js";
import { pointer } from "./gestures.js";
import { realZoom, zoomedAt } from "./lens.js";
import { room, root, set } from "./room.js";
import { nextMode, tell } from "./showing.js";
import { draw, framed, rectOfFramed } from "./stage.js";

const HOLD_MS = 250;
const OPACITY_STEP = 10;
const FITTED = { zoom: 1, x: 0, y: 0 };

// One image px is one px of the screen, at the pointer; and back.
export function real() {
  const one = framed();
  if (!one) return;
  const whole = realZoom(one.picture, rectOfFramed(), room, window.devicePixelRatio);
  const back = Math.abs(room.zoom - whole) < 0.01;
  set(back ? FITTED : zoomedAt(room, whole, pointer()));
  draw();
}

export function face() {
  const eyes = framed()?.picture.eyes.length;
  if (!room.face && !eyes) tell("No face was found in this one.");
  set({ ...FITTED, face: !room.face && Boolean(eyes) });
  draw();
}

// The focus stays among the images when the viewer makes room for the grid, and back.
export function lay(layout) {
  const inside = document.activeElement?.closest("[data-viewer]");
  set({ layout });
  if (inside) toViewer();
}

export function up() {
  if (room.zoom > 1 || room.face) {
    set({ ...FITTED, face: false });
    draw();
  } else if (room.layout !== "grid") lay("grid");
  else location.assign(`${root.dataset.up}#variant-${pkOf(current())}`);
}

export const mode = () => set({ layout: "compare", mode: nextMode() });

// B is the hero, and the source again.
export function hero() {
  if (heroOf(typeOf(current()))) set({ layout: "compare", against: room.against === "hero" ? "source" : "hero" });
  else tell("There is no hero yet.");
}

export function other(by) {
  const all = frames().filter((one) => one !== current());
  const at = all.findIndex((one) => pkOf(one) === room.against);
  const next = all[(at + by + all.length) % all.length];
  if (next) set({ layout: "compare", against: pkOf(next) });
}

export function fade(by) {
  set({ opacity: Math.min(100, Math.max(0, room.opacity + by * OPACITY_STEP)) });
}

// A press swaps A and B when the key is let go; held longer, it shows the source until then.
const hold = { key: "", timer: 0, on: false };

export function swap(event) {
  if (!event) {
    set({ swapped: !room.swapped });
    return;
  }
  clearTimeout(hold.timer);
  hold.key = event.key;
  hold.timer = setTimeout(() => {
    hold.on = true;
    root.dataset.held = "yes";
    draw();
  }, HOLD_MS);
}

document.addEventListener("keyup", (event) => {
  if (!hold.timer || event.key !== hold.key) return;
  clearTimeout(hold.timer);
  hold.timer = 0;
  if (!hold.on) set({ swapped: !room.swapped });
  hold.on = false;
  delete root.dataset.held;
});
