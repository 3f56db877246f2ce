// The review page: what its keys, buttons and the socket do. Each concern has a module of its own.
import { ask } from "../dialogs.js";
import { toast } from "../toasts.js";
import { bringDesk, showRecipe, watchDesk } from "./deskside.js";
import { afterwards, current, frame, frameOf, frames, heroOf, isHero, isOpen, neighbour, pkOf, reference, revisionOf, statusOf, strip, ticked, typeOf } from "./frames.js";
import { pointer, watch } from "./gestures.js";
import { actionOf, isKnown, ownKeys } from "./keymap.js";
import { openSheet } from "./keysheet.js";
import { realZoom, zoomedAt } from "./lens.js";
import { merge } from "./merging.js";
import { keepHabit, keepPlace } from "./place.js";
import { refuse } from "./refusals.js";
import { room, root, set, viewer } from "./room.js";
import { decide, revisionNow, send, sentencesOf } from "./sending.js";
import { isShown, mark, nextMode, say, showCurrent } from "./showing.js";
import { draw, framed, hold as holdReady, rectOfFramed } from "./stage.js";

const HOLD_MS = 250;
const OPACITY_STEP = 10;
const sheet = document.getElementById("review-keys");
const reasons = document.getElementById("review-reasons");
const said = document.getElementById("review-said");
const DONE = { approve: "is the hero", reject: "is rejected", shortlist: "is on the shortlist", unshortlist: "is off the shortlist", reconsider: "is a candidate again", delete: "is in the trash", crown: "is the hero, the others are rejected" };
const ADVANCES = ["approve", "reject", "crown", "shortlist"];

let place = 0; // where in the strip the cursor is, for when its frame goes

function told(text) { said.textContent = text; }

async function lost(error) {
  viewer.setAttribute("aria-busy", "false");
  toast(`The image cannot be shown (${error.message}). Check the connection, then move on and back.`);
}

export function go(next) {
  if (!next) return;
  frame(next);
  place = frames().indexOf(next);
  const address = new URL(location.href);
  address.searchParams.set("at", pkOf(next));
  history.replaceState(history.state, "", address);
  showCurrent().catch(lost);
  bringDesk();
  keepPlace();
}

const toViewer = () => (room.layout === "grid" ? strip() : viewer).focus({ preventScroll: true });
const step = (by) => go(neighbour(current(), by));

async function decideOn(here, verb, more) {
  const next = afterwards(here);
  const answering = decide(verb, here, more);
  if (room.advance && ADVANCES.includes(verb)) go(next);
  else say(here);
  const answer = await answering;
  if (answer.done) told(`Candidate ${answer.pk} ${DONE[verb]}. Ctrl+Z undoes it.`);
  else refuse(answer, { show: (pk) => go(frameOf(pk)), again });
  if (current()) say(current());
  if (verb === "crown") merge(settled);
  if (current() && pkOf(current()) === answer.pk) bringDesk();
}

// Decide anew on what was refused, having seen what it says now.
function again(pk, verb) {
  const one = frameOf(pk);
  if (one) decideOn(one, verb);
}

function act(verb, more) {
  const here = current();
  if (!isShown(here)) return;
  if (["approve", "reject", "crown"].includes(verb) && !isOpen(here)) {
    told(`${here.dataset.name} is not a candidate now, so it stays as it is.`);
    return;
  }
  decideOn(here, verb, more);
}

async function crown() {
  const here = current();
  if (!isShown(here) || !isOpen(here)) return;
  const others = frames().filter((one) => one !== here && typeOf(one) === typeOf(here) && isOpen(one));
  const seen = others.map((one) => `${pkOf(one)}:${revisionOf(one)}`);
  const yes = await ask(`Make ${here.dataset.name} the hero and reject the ${others.length} other candidates?`, `Make hero, reject ${others.length}`);
  toViewer();
  if (yes && current() === here) act("crown", { others: seen });
}

function clear() {
  const here = current();
  if (!isShown(here)) return;
  act(statusOf(here) === "rejected" ? "reconsider" : "unshortlist");
}

async function turn(verb) {
  const answer = await send(`/characters/${root.dataset.character}/${verb}/`);
  if (!answer.done) {
    told(answer.sentence);
    return;
  }
  told(sentencesOf(answer.text));
  merge(() => {
    const back = answer.told.turned.ids.map(frameOf).find(Boolean);
    if (back) go(back);
    settled();
  });
}

function real() {
  const one = framed();
  if (!one) return;
  const whole = realZoom(one.picture, rectOfFramed(), room, window.devicePixelRatio);
  const back = Math.abs(room.zoom - whole) < 0.01;
  set(back ? { zoom: 1, x: 0, y: 0 } : zoomedAt(room, whole, pointer()));
  draw();
}

function toFace() {
  const eyes = framed()?.picture.eyes.length;
  if (!room.face && !eyes) told("No face was found in this one.");
  set({ face: !room.face && Boolean(eyes), zoom: 1, x: 0, y: 0 });
  draw();
}

function other(by) {
  const all = frames().filter((one) => one !== current());
  const at = all.findIndex((one) => pkOf(one) === room.against);
  const next = all[(at + by + all.length) % all.length];
  if (next) set({ layout: "compare", against: pkOf(next) });
}

// The focus stays among the images when the viewer makes room for the grid, and back.
function lay(layout) {
  const inside = document.activeElement?.closest("[data-viewer]");
  set({ layout });
  if (inside) toViewer();
}

function up() {
  if (room.zoom > 1 || room.face) {
    set({ zoom: 1, x: 0, y: 0, face: false });
    draw();
  } else if (room.layout !== "grid") lay("grid");
  else location.assign(`${root.dataset.up}#variant-${pkOf(current())}`);
}

function form(address) {
  const made = document.createElement("form");
  made.method = "post";
  made.action = address;
  const field = made.appendChild(document.createElement("input"));
  field.type = "hidden";
  field.name = "csrfmiddlewaretoken";
  field.value = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  document.body.append(made);
  made.submit();
}

async function more() {
  const here = current();
  const answer = await send(`/variants/${pkOf(here)}/more/`);
  told(answer.done ? `More like ${here.dataset.name} are on their way.` : answer.sentence);
}

async function trash() {
  const here = current();
  if (!isShown(here) || here.dataset.sent) return;
  if (isHero(here)) {
    told("It is the hero. Choose another hero first; then it can be deleted.");
    return;
  }
  await decideOn(here, "delete");
  merge(settled);
}

function tick(one = current()) {
  one.toggleAttribute("data-ticked");
  const count = ticked().length;
  const bar = document.getElementById("ticked");
  bar.hidden = !count;
  bar.querySelector("[data-ticked-count]").textContent = `${count} ticked`;
  bar.querySelector('[data-batch="reject"] span').textContent = `Reject ${count}`;
  bar.querySelector('[data-batch="shortlist"] span').textContent = `Shortlist ${count}`;
  if (room.layout === "survey") showCurrent().catch(lost);
}

const hold = { timer: 0, on: false, key: "" };
const doing = {
  next: () => step(1), previous: () => step(-1),
  approve: () => act("approve"), reject: () => act("reject"), shortlist: () => act("shortlist"), crown, clear, trash, more,
  undo: () => turn("undo"), redo: () => turn("redo"),
  grid: () => lay("grid"), one: () => lay("one"), compare: () => lay("compare"), survey: () => lay("survey"),
  mode: () => set({ layout: "compare", mode: nextMode() }),
  hero: () => (heroOf(typeOf(current())) ? set({ layout: "compare", against: room.against === "hero" ? "source" : "hero" }) : told("There is no hero yet.")),
  nextOther: () => other(1), previousOther: () => other(-1),
  fainter: () => set({ opacity: Math.max(0, room.opacity - OPACITY_STEP) }),
  stronger: () => set({ opacity: Math.min(100, room.opacity + OPACITY_STEP) }),
  real, face: toFace, tick: () => tick(), up, recipe: showRecipe,
  reasons: () => { if (isShown(current()) && isOpen(current())) reasons.showModal(); },
  keys: openSheet,
  history: () => location.assign(`/variants/${pkOf(current())}/versions/`),
  inpaint: () => location.assign(`/variants/${pkOf(current())}/inpaint/`),
  export: () => form(`/variants/${pkOf(current())}/export/`),
  swap: (event) => {
    hold.key = event?.key;
    clearTimeout(hold.timer);
    if (!hold.key) {
      set({ swapped: !room.swapped });
      return;
    }
    hold.timer = setTimeout(() => {
      hold.on = true;
      root.dataset.held = "yes";
      draw();
    }, HOLD_MS);
  },
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !event.target.closest("[data-viewer]") || event.target.closest("input")) return;
  if (isKnown(event)) event.preventDefault();
  const name = actionOf(event);
  if (!name || !current()) return;
  doing[name](event);
});
document.addEventListener("keyup", (event) => {
  if (event.key !== hold.key || !hold.timer) return;
  clearTimeout(hold.timer);
  hold.timer = 0;
  if (!hold.on) set({ swapped: !room.swapped });
  hold.on = false;
  delete root.dataset.held;
});

reasons.addEventListener("keydown", (event) => {
  const chips = [...reasons.querySelectorAll(".chip")];
  if (/^\d$/.test(event.key)) chips[(Number(event.key) + 9) % 10]?.click();
});
reasons.addEventListener("close", () => {
  toViewer();
  if (reasons.returnValue) act("reject", { reason: reasons.returnValue });
  reasons.returnValue = "";
});
sheet.addEventListener("close", () => toViewer());

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-do]");
  if (!pressed) return;
  doing[pressed.dataset.do]();
  const wentAway = document.activeElement === document.body;
  if ((event.detail || wentAway) && !sheet.open) toViewer();
});
document.getElementById("mode")?.addEventListener("change", (event) => set({ mode: event.target.value }));
document.getElementById("against")?.addEventListener("change", (event) => set({ against: event.target.value }));
document.getElementById("wipe")?.addEventListener("input", (event) => set({ split: Number(event.target.value) }));
document.getElementById("advance")?.addEventListener("click", () => {
  set({ advance: !room.advance });
  keepHabit(ownKeys());
});
document.getElementById("ticked")?.addEventListener("click", async (event) => {
  const verb = event.target.closest("[data-batch]")?.dataset.batch;
  if (verb === undefined) return;
  const chosen = ticked();
  const seen = chosen.map((one) => [pkOf(one), revisionOf(one)]);
  chosen.forEach((one) => tick(one));
  toViewer();
  if (!verb) return;
  const answer = await send("/variants/batch/", () => [["verb", verb], ...seen.map(([pk, revision]) => ["pick", `${pk}:${revisionNow(pk, revision)}`])]);
  told(answer.done ? sentencesOf(answer.text) : answer.sentence);
  merge(settled);
});
strip()?.addEventListener("click", (event) => {
  const one = event.target.closest(".frame");
  if (!one?.dataset.width) return;
  event.preventDefault();
  if (event.shiftKey || event.ctrlKey || event.metaKey) tick(one);
  go(one);
  toViewer();
});
strip()?.addEventListener("dblclick", () => { if (room.layout === "grid") lay("one"); });

// What another person did, or what was finished, is drawn where it is; the cursor stays.
function settled() {
  if (!viewer || !current()) return;
  say(current());
  mark();
}
new MutationObserver(() => {
  strip().querySelectorAll('a.pic:not([tabindex])').forEach((link) => { link.tabIndex = -1; });
  const all = frames();
  if (!all.length || !viewer) return;
  if (current()) place = all.indexOf(current());
  else go(all[Math.min(Math.max(place, 0), all.length - 1)]);
  settled();
}).observe(strip(), { childList: true, subtree: true });
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const one = event.detail.target?.closest?.(".frame") ?? document.getElementById(event.detail.target?.id)?.closest(".frame");
  if (one && !one.dataset.width) merge(settled);
  if (one && one === current()) bringDesk();
});
document.body.addEventListener("arrived", () => merge(settled));
document.body.addEventListener("refresh", () => merge(settled));
document.body.addEventListener("detail", () => { merge(settled); bringDesk(); });

if (viewer && current()) {
  root.dataset.script = "on";
  strip().querySelectorAll("a.pic").forEach((link) => { link.tabIndex = -1; });
  document.getElementById("review-desk").dataset.of = pkOf(current());
  watchDesk((verb) => act(verb));
  watch({ step });
  mark();
  frame(current());
  place = frames().indexOf(current());
  toViewer();
  showCurrent().catch(lost);
  const source = reference("source", current());
  if (source) holdReady(source).catch(lost);
}
