// Two versions under one zoom and pan: side by side, wiped, overlaid, as a difference, blinking.
import { pictureIn } from "./review/frames.js";
import { pointer, watch } from "./review/gestures.js";
import { realZoom, zoomedAt } from "./review/lens.js";
import { MODES, onChange, room, root, set } from "./review/room.js";
import { draw, framed, rectOfFramed, show } from "./review/stage.js";
import { style } from "./styling.js";

const FITTED = { zoom: 1, x: 0, y: 0 };
const mode = document.getElementById("mode");
const wipe = document.getElementById("wipe");

function mark() {
  root.dataset.mode = room.mode;
  root.toggleAttribute("data-swapped", room.swapped);
  style(".viewer", `--overlay: ${room.opacity}%; --split: ${room.split}%`);
  mode.value = room.mode;
  wipe.value = room.split;
  const pressed = { swap: room.swapped, real: room.zoom > 1, face: room.face };
  root.querySelectorAll("[data-do]").forEach((button) => {
    button.setAttribute("aria-pressed", String(pressed[button.dataset.do]));
  });
}

const acts = {
  mode: () => set({ mode: MODES[(MODES.indexOf(room.mode) + 1) % MODES.length] }),
  swap: () => set({ swapped: !room.swapped }),
  face: () => set({ ...FITTED, face: !room.face }),
  real: () => {
    const whole = realZoom(framed().picture, rectOfFramed(), room, window.devicePixelRatio);
    set(Math.abs(room.zoom - whole) < 0.01 ? FITTED : zoomedAt(room, whole, pointer()));
  },
  fainter: () => set({ opacity: Math.max(0, room.opacity - 10) }),
  stronger: () => set({ opacity: Math.min(100, room.opacity + 10) }),
};
const keys = { m: "mode", "`": "swap", f: "face", z: "real", "[": "fainter", "]": "stronger" };

function act(name) {
  acts[name]();
  draw();
}

async function begin([a, b]) {
  onChange(mark);
  await show([{ picture: a, label: a.name, framed: true }, { picture: b, label: b.name }]);
  root.dataset.script = "on";
  watch({ step: () => null });
  mode.addEventListener("change", () => set({ mode: mode.value }));
  wipe.addEventListener("input", () => set({ split: Number(wipe.value) }));
  root.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-do]");
    if (pressed) act(pressed.dataset.do);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, dialog")) return;
    const name = keys[event.key.toLowerCase()];
    if (!name || event.repeat) return;
    act(name);
    event.preventDefault();
  });
}

const pictures = [...root.querySelectorAll("[data-reference]")].map(({ dataset }) => pictureIn(dataset, dataset.src));
if (pictures.length === 2) begin(pictures);
