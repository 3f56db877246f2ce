// What the review page is set to: layout, mode, zoom …. Knows no image and no decision.
export const root = document.getElementById("review");
export const viewer = document.getElementById("viewer");
export const LAYOUTS = ["grid", "one", "compare", "survey"];
export const MODES = ["side", "wipe", "overlay", "difference", "blink"];

export const room = {
  layout: "compare", mode: "side", against: "source", advance: true, swapped: false,
  zoom: 1, x: 0, y: 0, face: false, opacity: 50, split: 50,
  ...JSON.parse(root.dataset.room || "{}"),
};

const listeners = [];
export const onChange = (listener) => listeners.push(listener);

export function set(changes) {
  Object.assign(room, changes);
  listeners.forEach((listener) => listener(changes));
}
