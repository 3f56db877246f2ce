// What the viewer shows for the framed candidate in each layout, and what is fetched before.
import { toast } from "../toasts.js";
import { current, frameOf, frames, isHero, neighbour, pictureOf, pkOf, reference, statusOf, ticked, isShortlisted } from "./frames.js";
import { prefetch, show } from "./stage.js";
import { style } from "../styling.js";
import { LAYOUTS, MODES, onChange, room, root, viewer } from "./room.js";

const SURVEYED = 6;
const WORDS = { generated: "candidate", approved: "hero", rejected: "rejected", editing: "in editing" };
const line = document.getElementById("review-status");
const against = document.getElementById("against");
const said = document.getElementById("review-said");
let onScreen = null; // the id of the candidate that the viewer shows, for keys to act on

const stateOf = (frame) => {
  const state = frame.dataset.sent ? "on its way" : WORDS[statusOf(frame)] ?? statusOf(frame);
  return isShortlisted(frame) ? `${state}, shortlisted` : state;
};
const labelOf = (frame, letter) => {
  const state = stateOf(frame);
  return [letter, frame.dataset.name, state === WORDS.generated ? "" : state].filter(Boolean).join(" · ");
};
const one = (frame, letter, framed) => ({
  picture: pictureOf(frame), label: labelOf(frame, letter), framed, frame: pkOf(frame),
});

function surveyed(frame) {
  const chosen = ticked();
  if (chosen.length > 1 && chosen.includes(frame)) return chosen.slice(0, SURVEYED);
  const all = frames();
  const at = Math.floor(all.indexOf(frame) / SURVEYED) * SURVEYED;
  return all.slice(at, at + SURVEYED);
}

function wanted(frame) {
  if (room.layout === "survey") return surveyed(frame).map((other) => one(other, "", other === frame));
  if (room.layout !== "compare") return [one(frame, "", true)];
  const other = reference(room.against, frame);
  const a = one(frame, "A", true);
  if (!other) return [a];
  return [a, { picture: other, label: `B · ${other.name}` }];
}

export const isShown = (frame) => frame && onScreen === pkOf(frame) && (room.layout === "grid" || viewer.getAttribute("aria-busy") !== "true");

// What was done, or why not.
export function tell(sentence) { said.textContent = sentence; }

// What the framed one is, and how far one has come; not before a key would act on it.
export function say(frame) {
  if (!isShown(frame)) return;
  const all = frames();
  const decided = all.filter((other) => !["generated", "editing"].includes(statusOf(other)) || other.dataset.sent).length;
  line.textContent = `${frame.dataset.name} · ${stateOf(frame)} · ${all.indexOf(frame) + 1} of ${all.length} · ${decided} decided`;
  viewer.querySelectorAll(".view[data-of]").forEach((figure) => {
    const shown = frameOf(figure.dataset.of);
    if (shown) figure.querySelector(".tag").textContent = labelOf(shown, room.layout === "compare" ? "A" : "");
  });
}

// Draw what belongs to the framed candidate; its name is said once its image is there.
async function drawCurrent() {
  const frame = current();
  if (!frame) return;
  if (room.layout === "grid") {
    onScreen = pkOf(frame);
    say(frame);
    return;
  }
  if (!(await show(wanted(frame)))) return;
  onScreen = pkOf(frame);
  say(frame);
  const all = frames();
  const near = [1, -1, 2].map((step) => neighbour(frame, step, all)).filter(Boolean);
  prefetch(near.map(pictureOf));
}

export function lost(error) {
  viewer.setAttribute("aria-busy", "false");
  toast(`The image cannot be shown (${error.message}). Check the connection, then move on and back.`);
}

export const showCurrent = () => drawCurrent().catch(lost);

function fillAgainst() {
  const kept = [...against.options].slice(0, 2);
  kept[1].disabled = !reference("hero", current());
  const rest = frames().filter((frame) => frame !== current()).map((frame) => {
    return new Option(`${frame.dataset.name}${isHero(frame) ? " (hero)" : ""}`, pkOf(frame));
  });
  against.replaceChildren(...kept, ...rest);
  against.value = room.against;
  if (against.selectedIndex < 0) against.selectedIndex = 0;
}

export function mark() {
  root.dataset.layout = room.layout;
  root.dataset.mode = room.mode;
  root.toggleAttribute("data-swapped", room.swapped);
  style(".viewer", `--overlay: ${room.opacity}%; --split: ${room.split}%`);
  document.getElementById("wipe").value = room.split;
  document.getElementById("mode").value = room.mode;
  fillAgainst();
  const pressed = { real: room.zoom > 1, face: room.face };
  document.querySelectorAll("[data-do][aria-pressed]").forEach((button) => {
    const name = button.dataset.do;
    const on = LAYOUTS.includes(name) ? room.layout === name : pressed[name];
    button.setAttribute("aria-pressed", String(Boolean(on)));
  });
  const advance = document.getElementById("advance");
  advance.setAttribute("aria-pressed", String(room.advance));
  advance.textContent = `Auto-advance ${room.advance ? "on" : "off"}`;
}

export const nextMode = () => MODES[(MODES.indexOf(room.mode) + 1) % MODES.length];

onChange((changes) => {
  mark();
  if ("layout" in changes || "against" in changes) showCurrent();
});
