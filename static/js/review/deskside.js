// What stands beside the framed candidate: fetched when the cursor rests, its buttons are keys too.
import { refocus } from "../focus.js";
import { current, frameOf, pkOf } from "./frames.js";

const desk = document.getElementById("review-desk");
const REST_MS = 120;
let timer = 0;
let asked = null;
let sent = false; // what was typed here has gone since the desk was drawn

function forget() {
  clearTimeout(timer);
  asked?.abort();
  desk.setAttribute("aria-busy", "true");
}

const isTyping = () => desk.contains(document.activeElement) && document.activeElement.matches("textarea, input[type=text]");

async function fetchDesk(pk) {
  asked = new AbortController();
  const response = await fetch(`/variants/${pk}/desk/`, { headers: { "HX-Request": "true" }, signal: asked.signal });
  const frame = current();
  if (!response.ok || !frame || pkOf(frame) !== pk) return;
  const text = await response.text();
  desk.setAttribute("aria-busy", "false");
  if (!sent && isTyping() && desk.dataset.of === pk) return;
  sent = false;
  desk.innerHTML = text;
  desk.dataset.of = pk;
  window.htmx.process(desk);
  refocus();
}

// The desk of the framed candidate, once nobody has moved on for a moment; while somebody types
// there it is left alone, until `gone` says that it was sent.
export function bringDesk(gone = false) {
  forget();
  sent ||= gone;
  const frame = current();
  if (!frame) return;
  timer = setTimeout(() => {
    fetchDesk(pkOf(frame)).catch((error) => {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    });
  }, REST_MS);
}

// Its own Make hero, Reject and Delete go the way of the keys, so that the cursor goes on.
export function watchDesk(act) {
  desk.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-verb]");
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    if (frameOf(desk.dataset.of) !== current()) return;
    const said = new FormData(button.form);
    act(button.dataset.verb, { reason: said.getAll("reason"), note: said.get("note") ?? "" });
  }, true);
}

export const showRecipe = () => desk.querySelector('[aria-label="Parameters"], [aria-label="Provenance"]')?.scrollIntoView({ block: "start" });
