// The review page: what its keys and buttons do. Each concern has a module of its own.
import { begin, go, step, toViewer } from "./cursor.js";
import { act, askWhy, clear, crown, trash } from "./deciding.js";
import { showRecipe, watchDesk } from "./deskside.js";
import { current, pkOf, reference, strip } from "./frames.js";
import { watch } from "./gestures.js";
import "./hearing.js";
import { actionOf, isKnown, ownKeys } from "./keymap.js";
import { openSheet } from "./keysheet.js";
import { face, fade, hero, lay, mode, other, real, swap, up } from "./looking.js";
import { exportIt, more, open } from "./onward.js";
import { keepHabit } from "./place.js";
import { room, root, set, viewer } from "./room.js";
import { lost, mark } from "./showing.js";
import { hold } from "./stage.js";
import { tick } from "./ticking.js";
import { turn } from "./turning.js";

const sheet = document.getElementById("review-keys");
const doing = {
  next: () => step(1), previous: () => step(-1), up,
  approve: () => act("approve"), reject: () => act("reject"), shortlist: () => act("shortlist"),
  reasons: askWhy, clear, crown, trash, tick: () => tick(),
  undo: () => turn("undo"), redo: () => turn("redo"),
  grid: () => lay("grid"), one: () => lay("one"), compare: () => lay("compare"), survey: () => lay("survey"),
  mode, hero, swap, real, face,
  nextOther: () => other(1), previousOther: () => other(-1),
  fainter: () => fade(-1), stronger: () => fade(1),
  recipe: showRecipe, keys: openSheet, more, export: exportIt,
  history: () => open("versions"), inpaint: () => open("inpaint"),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !event.target.closest("[data-viewer]") || event.target.closest("input")) return;
  if (isKnown(event)) event.preventDefault();
  const name = actionOf(event);
  if (name && current()) doing[name](event);
});

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-do]");
  if (!pressed) return;
  doing[pressed.dataset.do]();
  const wentAway = document.activeElement === document.body;
  if ((event.detail || wentAway) && !sheet.open) toViewer();
});
sheet.addEventListener("close", () => toViewer());

strip().addEventListener("click", (event) => {
  const one = event.target.closest(".frame");
  if (!one?.dataset.width) return;
  event.preventDefault();
  if (event.shiftKey || event.ctrlKey || event.metaKey) tick(one);
  go(one);
  toViewer();
});
strip().addEventListener("dblclick", () => { if (room.layout === "grid") lay("one"); });

// Without an image there is no viewer, and nothing that a key could act on.
if (viewer && current()) {
  document.getElementById("mode").addEventListener("change", (event) => set({ mode: event.target.value }));
  document.getElementById("against").addEventListener("change", (event) => set({ against: event.target.value }));
  document.getElementById("wipe").addEventListener("input", (event) => set({ split: Number(event.target.value) }));
  document.getElementById("advance").addEventListener("click", () => {
    set({ advance: !room.advance });
    keepHabit(ownKeys());
  });
  root.dataset.script = "on";
  document.getElementById("review-desk").dataset.of = pkOf(current());
  watchDesk((verb, said) => {
    act(verb, said);
    toViewer();
  });
  watch({ step });
  mark();
  begin();
  const source = reference("source", current());
  if (source) hold(source).catch(lost);
}
