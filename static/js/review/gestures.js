// Hands on the viewer: wheel, drag, pinch and swipe. All views zoom and pan together.
import { zoomedAt } from "./lens.js";
import { room, set, viewer } from "./room.js";
import { draw } from "./stage.js";

const SWIPE_PX = 60;
const STEP = 1.0015;
const hands = new Map();
let pointed = null; // where the pointer is, from the centre of its view
let start = null;

function fromCentre(event) {
  const figure = event.target.closest?.(".view") ?? viewer.querySelector(".view");
  const box = figure.getBoundingClientRect();
  return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
}

export const pointer = () => pointed ?? { x: 0, y: 0 };

function apart() {
  const [one, other] = [...hands.values()];
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
}

export function watch({ step }) {
  viewer.addEventListener("wheel", (event) => {
    event.preventDefault();
    set(zoomedAt(room, room.zoom * STEP ** -event.deltaY, fromCentre(event)));
    draw();
  }, { passive: false });

  viewer.addEventListener("pointerdown", (event) => {
    if (event.target.closest("input, button, a") || event.button) return;
    hands.set(event.pointerId, event);
    start = { x: event.clientX, y: event.clientY, zoom: room.zoom, apart: hands.size === 2 ? apart() : 0 };
    viewer.setPointerCapture(event.pointerId);
    viewer.focus({ preventScroll: true });
  });

  viewer.addEventListener("pointermove", (event) => {
    if (!hands.size) pointed = fromCentre(event);
    const before = hands.get(event.pointerId);
    if (!before) return;
    hands.set(event.pointerId, event);
    if (hands.size === 2) {
      set(zoomedAt(room, start.zoom * (apart() / start.apart), pointer()));
    } else if (room.zoom > 1 || room.face) {
      const moved = (now, then) => (now - then) / room.zoom;
      set({ x: room.x - moved(event.clientX, before.clientX), y: room.y - moved(event.clientY, before.clientY) });
    }
    draw();
  });

  const leave = (event) => {
    const alone = hands.size === 1 && hands.has(event.pointerId);
    hands.delete(event.pointerId);
    if (!alone || event.type === "pointercancel") return;
    const [x, y] = [event.clientX - start.x, event.clientY - start.y];
    const swiped = event.pointerType === "touch" && room.zoom === 1 && !room.face;
    if (swiped && Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y)) step(x < 0 ? 1 : -1);
  };
  viewer.addEventListener("pointerup", leave);
  viewer.addEventListener("pointercancel", leave);
  viewer.addEventListener("pointerleave", () => { pointed = null; });
}
