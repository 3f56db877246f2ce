// Which variants of a gallery are ticked: known by id, so that a tile may leave the page meanwhile.
import { seenHero } from "../cards.js";
import { ids } from "../line.js";
import { toast } from "../toasts.js";
import * as list from "./list.js";
import { onCard } from "./window.js";

const MOST = 500; // as many as one batch takes
const NARROW_PX = 860;
const picked = new Set();
const listeners = [];
let last = null; // where Shift goes on from

const picks = () => document.querySelector("details.picks");
const cardOf = (pk) => document.getElementById(`variant-${pk}`);
const boxIn = (card) => card?.querySelector(".pick input");

export const onPick = (listener) => listeners.push(listener);
export const pickedIds = () => ids().filter((pk) => picked.has(pk));
export const mayPick = () => Boolean(picks());

function tell() {
  const fold = picks();
  if (!fold) return;
  const count = picked.size;
  const word = fold.querySelector("[data-picked]");
  word.textContent = count ? `${count} ticked` : "";
  if (count > MOST) word.textContent += `, at most ${MOST} at once`;
  word.classList.toggle("tone-fail", count > MOST);
  fold.toggleAttribute("data-some", count > 0);
  fold.querySelector("[data-tick='none']").disabled = !count;
}

// Ticking opens what can be done with the ticked, where there is room.
export function offer() {
  const fold = picks();
  if (fold && picked.size && window.innerWidth > NARROW_PX) fold.open = true;
}

function show(card) {
  const box = boxIn(card);
  if (box) box.checked = picked.has(Number(card.dataset.variant));
}

// Tick these and nothing else.
export function only(pks) {
  const wanted = [...pks];
  picked.clear();
  wanted.forEach((pk) => picked.add(pk));
  document.querySelectorAll("[data-cards] > .card").forEach(show);
  tell();
  listeners.forEach((listener) => listener());
}

const set = (pks, on) => only(on ? [...picked, ...pks] : [...picked].filter((pk) => !pks.includes(pk)));

// What is no longer on the list is no longer ticked.
export function retain() {
  const stay = [...picked].filter(list.has);
  if (stay.length < picked.size) only(stay);
}

function between(one, other) {
  const all = ids();
  const [from, to] = [all.indexOf(one), all.indexOf(other)].sort((a, b) => a - b);
  return from < 0 ? [other] : all.slice(from, to + 1);
}

function press(pk, on, shift) {
  set(shift ? between(last, pk) : [pk], on);
  last = pk;
  offer();
}

// A tick, or the picture itself with Shift or Ctrl, and by itself while something is ticked.
document.addEventListener("click", (event) => {
  const card = event.target.closest?.("[data-cards] > .card");
  const pk = Number(card?.dataset.variant);
  if (event.target.matches(".pick input")) press(pk, event.target.checked, event.shiftKey);
  else if (event.target.closest(".pic") && boxIn(card)) {
    const chooses = event.shiftKey || event.ctrlKey || event.metaKey || picked.size > 0;
    if (!chooses) return;
    event.preventDefault();
    press(pk, event.shiftKey || !picked.has(pk), event.shiftKey);
  }
  const wanted = event.target.closest("[data-tick]")?.dataset.tick;
  if (wanted) only(wanted === "all" ? ids() : []);
});

document.addEventListener("keydown", (event) => {
  if (!mayPick() || event.target.closest("input, textarea, select, dialog, .menu[open]")) return;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const card = event.target.closest("[data-cards] > .card");
  if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) {
    only(ids());
    offer();
  } else if (event.key === "Escape" && plain && picked.size) only([]);
  else if (event.key.toLowerCase() === "t" && plain && card) {
    const pk = Number(card.dataset.variant);
    press(pk, event.shiftKey || !picked.has(pk), event.shiftKey);
  } else return;
  event.preventDefault();
});

// What is sent is what is shown when the button is pressed, also where a card changed under its tick.
function valueOf(pk) {
  const card = cardOf(pk);
  const live = card?.querySelector("[data-type]");
  const facts = list.factsOf(pk);
  const revision = card?.querySelector('[name="revision"]')?.value ?? facts.revision;
  return `${pk}:${revision}:${seenHero(live?.dataset.type ?? facts.type)}`;
}

document.addEventListener("formdata", ({ target, formData }) => {
  if (target.id !== "picks") return;
  formData.delete("pick");
  pickedIds().forEach((pk) => formData.append("pick", valueOf(pk)));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[type=submit]");
  if (button?.form?.id !== "picks" || picked.size <= MOST) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  toast(`${picked.size} are ticked, and at most ${MOST} are decided at once. Untick some.`);
}, true);

// Once it is done nothing is ticked any more.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const form = event.detail.elt.form;
  if (form?.id !== "picks" || event.detail.xhr.status !== 200) return;
  form.reset();
  only([]);
});
document.addEventListener("htmx:afterSettle", tell);
window.addEventListener("pageshow", () => only(picked));
onCard(show);
