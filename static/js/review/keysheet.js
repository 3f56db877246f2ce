// The sheet of keys: what each does, and choosing another for it.
import { changed, chordOf, fillSheet, use } from "./keymap.js";
import { keepHabit } from "./place.js";
import { root } from "./room.js";

const sheet = document.getElementById("review-keys");
const list = sheet.querySelector("[data-keys-list]");
let waiting = ""; // the action that the next key is for

export function openSheet() {
  fillSheet(list);
  sheet.showModal();
}

function take(keys) {
  use(keys);
  fillSheet(list);
  keepHabit(keys);
}

sheet.addEventListener("click", (event) => {
  const cap = event.target.closest("[data-remap]");
  if (event.target.closest("[data-keys-reset]")) take({});
  if (!cap) return;
  waiting = cap.dataset.remap;
  fillSheet(list);
  const fresh = list.querySelector(`[data-remap="${waiting}"]`);
  fresh.textContent = "press a key";
  fresh.focus();
});
sheet.addEventListener("keydown", (event) => {
  if (!waiting || ["Shift", "Control", "Alt", "Meta", "Tab"].includes(event.key)) return;
  event.preventDefault();
  const name = waiting;
  waiting = "";
  if (event.key === "Escape") fillSheet(list);
  else take(changed(name, chordOf(event)));
  list.querySelector(`[data-remap="${name}"]`).focus();
});
sheet.addEventListener("close", () => { waiting = ""; });

use(JSON.parse(root.dataset.keys || "{}"));
