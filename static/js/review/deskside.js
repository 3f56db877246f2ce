// What stands beside the framed candidate: fetched when the cursor rests, its buttons are keys too.
import { current, frameOf, pkOf } from "./frames.js";

const desk = document.getElementById("review-desk");
const REST_MS = 120;
let timer = 0;
let asked = null;

export function forget() {
  clearTimeout(timer);
  asked?.abort();
  desk.setAttribute("aria-busy", "true");
}

async function fetchDesk(pk) {
  asked = new AbortController();
  const response = await fetch(`/variants/${pk}/desk/`, { headers: { "HX-Request": "true" }, signal: asked.signal });
  const frame = current();
  if (!response.ok || !frame || pkOf(frame) !== pk) return;
  const typing = desk.contains(document.activeElement) && document.activeElement.matches("textarea, input[type=text]");
  if (typing && desk.dataset.of === pk) return;
  desk.innerHTML = await response.text();
  desk.dataset.of = pk;
  desk.setAttribute("aria-busy", "false");
  window.htmx.process(desk);
}

// The desk of the framed candidate, once nobody has moved on for a moment.
export function bringDesk() {
  forget();
  const frame = current();
  if (!frame) return;
  timer = setTimeout(() => {
    fetchDesk(pkOf(frame)).catch((error) => {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    });
  }, REST_MS);
}

// Its own Make hero and Reject go the way of the keys, so that the cursor goes on.
export function watchDesk(decide) {
  desk.addEventListener("click", (event) => {
    const pressed = event.target.closest("button")?.id.match(/^variant-(\d+)-(approve|reject)$/);
    if (!pressed) return;
    event.preventDefault();
    event.stopPropagation();
    const frame = frameOf(pressed[1]);
    if (frame && frame === current()) decide(pressed[2]);
  }, true);
}

export const showRecipe = () => desk.querySelector('[aria-label="Parameters"]')?.scrollIntoView({ block: "start" });
