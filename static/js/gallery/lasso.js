// A rectangle that mouse or pen draw over the cards ticks what it touches, in the page or not.
import { style } from "../styling.js";
import { areaOf, grid, pitch } from "./frame.js";
import { rowsBetween, rowsOf, startOf } from "./geometry.js";
import * as list from "./list.js";
import { mayPick, offer, only, pickedIds } from "./picking.js";
import { element } from "./window.js";

const FAR_PX = 6; // less is a click
const EDGE_PX = 72; // so near to the edge of the view, it scrolls
const STEP_PX = 24;
const HANDLES = "button, input, label, summary, select, textarea, .menu, .bar, .gallery-head, .sieve, .gallery-tools, .tabs, a:not(.pic)";
let drag = null; // where it began, from the top left of the cards, and what was ticked before

// A point of the view, from the top left of the cards.
function pointOf({ x, y }) {
  const { left, top } = element().getBoundingClientRect();
  return { x: x - left, y: y - top };
}

function areaBetween(one, other) {
  const [left, right] = [one.x, other.x].sort((a, b) => a - b);
  const [top, bottom] = [one.y, other.y].sort((a, b) => a - b);
  return { left, top, right, bottom };
}

function touched({ left, top, right, bottom }) {
  if (bottom < 0) return [];
  const { from, to } = rowsBetween(top, bottom, pitch(), rowsOf(grid));
  const start = startOf(from, grid);
  return list.ids().slice(start, startOf(to, grid)).filter((_, at) => {
    const tile = areaOf(start + at);
    return tile.left < right && tile.right > left && tile.top < bottom && tile.bottom > top;
  });
}

function draw() {
  const area = areaBetween(drag.from, pointOf(drag.at));
  const { left, top } = element().getBoundingClientRect();
  style(".lasso", `transform: translate(${left + area.left}px, ${top + area.top}px); width: ${area.right - area.left}px; height: ${area.bottom - area.top}px`);
  const now = new Set([...drag.before, ...touched(area)]);
  const same = now.size === drag.now.size && [...now].every((pk) => drag.now.has(pk));
  if (!same) only(now);
  drag.now = now;
}

function begin(event) {
  const keeps = event.shiftKey || event.ctrlKey || event.metaKey;
  drag.before = keeps ? pickedIds() : [];
  drag.now = new Set(pickedIds());
  drag.box = document.createElement("div");
  drag.box.className = "lasso";
  document.body.append(drag.box);
  document.body.classList.add("lassoing");
  requestAnimationFrame(scroll);
}

function scroll() {
  if (!drag?.box) return;
  const { y } = drag.at;
  const step = y < EDGE_PX ? -STEP_PX : y > window.innerHeight - EDGE_PX ? STEP_PX : 0;
  if (step) {
    window.scrollBy(0, step);
    draw();
  }
  requestAnimationFrame(scroll);
}

function end() {
  drag?.box?.remove();
  document.body.classList.remove("lassoing");
  drag = null;
}

document.addEventListener("pointerdown", (event) => {
  const inside = event.target.closest(".main") && element() && event.clientY >= element().getBoundingClientRect().top;
  if (!inside || event.button !== 0 || event.pointerType === "touch" || !mayPick() || !list.size()) return;
  if (event.target.closest(HANDLES)) return;
  drag = { from: pointOf(event), at: { x: event.x, y: event.y }, began: { x: event.x, y: event.y } };
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  drag.at = { x: event.x, y: event.y };
  const far = Math.hypot(event.x - drag.began.x, event.y - drag.began.y) > FAR_PX;
  if (!drag.box && far) begin(event);
  if (drag.box) draw();
});

document.addEventListener("pointerup", () => {
  if (drag?.box) {
    offer();
    // The click that ends it is not meant for what lies under it.
    const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };
    window.addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => window.removeEventListener("click", swallow, { capture: true }));
  }
  end();
});
document.addEventListener("pointercancel", end);
document.addEventListener("dragstart", (event) => { if (drag) event.preventDefault(); });
