// The gallery by keyboard: one framed card at a time, decisions, and the large look.
import { showKeys } from "./dialogs.js";
import { columns, first, last, neighbour, reveal, whenCome } from "./line.js";

const look = document.getElementById("look");
let looked = null;
let nextFocus = null;
let cursor = null; // the variant whose card had the focus last

const pkOf = (card) => Number(card.dataset.variant);
const shown = (element) => element && getComputedStyle(element).display !== "none" && !element.disabled;
const button = (card, name) => document.getElementById(`variant-${card.dataset.variant}-${name}`);
const large = (card) => card.querySelector("a.pic img");

function show(card) {
  const picture = card && large(card);
  if (!look || !picture) return;
  looked = card.id;
  const target = look.querySelector("[data-look-picture]");
  target.src = picture.srcset ? picture.srcset.split(", ").pop().split(" ")[0] : picture.src;
  target.alt = picture.alt;
  target.width = picture.width;
  target.height = picture.height;
  look.querySelector("[data-look-name]").textContent = card.getAttribute("aria-label");
  look.querySelector("[data-look-state]").textContent = card.querySelector(".flags")?.textContent.trim() ?? "";
  look.querySelector("[data-look-open]").href = card.querySelector("a.pic").href;
  for (const key of ["x", "Enter"]) {
    const act = button(card, key === "x" ? "reject" : "approve");
    look.querySelector(`[data-look-key="${key}"]`).disabled = !shown(act);
  }
  if (!look.open) look.showModal();
  look.focus();
}

function decide(card, name) {
  const act = button(card, name);
  if (!shown(act)) return;
  const pk = pkOf(card);
  nextFocus = { of: pk, pk: neighbour(pk, 1) ?? neighbour(pk, -1) ?? pk };
  act.click();
}

// The large view passes over what has no image.
function showBeside(pk, step) {
  const next = neighbour(pk, step);
  if (next === undefined) return;
  reveal(next);
  whenCome(next, (card) => large(card) ? show(card) : showBeside(next, step));
}

const moves = () => ({
  ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1, ArrowDown: columns(), ArrowUp: -columns(),
});

function move(pk, key) {
  const step = moves()[key];
  if (look?.open) {
    if (step) showBeside(pk, Math.sign(step));
    return;
  }
  const next = { Home: first(), End: last() }[key] ?? neighbour(pk, step);
  if (next !== undefined) reveal(next)?.focus({ preventScroll: true });
}

function act(key, card, onCard) {
  if (key in moves() || (onCard && ["Home", "End"].includes(key))) move(pkOf(card), key);
  else if (key === "a" || (key === "Enter" && onCard)) decide(card, "approve");
  else if (key === "x") decide(card, "reject");
  else if (key === "z" || (key === " " && onCard)) look?.open ? look.close() : show(card);
  else if (key === "e") card.querySelector("a.pic, .menu-item")?.click();
  else return false;
  return true;
}

document.addEventListener("focusin", (event) => {
  const card = event.target.closest?.("[data-cards] > .card");
  if (card) cursor = pkOf(card);
});

// A key acts on the framed card; where none has the frame, keys that move lead to the last that had
// it, or to the first one.
document.addEventListener("keydown", (event) => {
  if (!document.querySelector("[data-cards]") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, .sheet, .menu[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "?") {
    showKeys();
    return;
  }
  const inLook = look?.open;
  const framed = inLook ? document.getElementById(looked) : event.target.closest(".card");
  if (!framed) {
    const left = event.target.matches("[data-cards]") && cursor;
    if (left && key in moves()) move(left, key);
    else if (isNowhere(event.target) && ["ArrowRight", "ArrowDown", "j"].includes(key)) reveal(first())?.focus();
    else return;
    event.preventDefault();
    return;
  }
  const decision = ["a", "x", "Enter"].includes(key);
  if (event.repeat && decision) return;
  const onCard = event.target === framed || (inLook && !event.target.closest("button, a"));
  if (act(key, framed, onCard)) event.preventDefault();
});

const isNowhere = (element) => element === document.body || element.matches("#content, [data-cards]");

look?.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-look-key]");
  if (pressed) act(pressed.dataset.lookKey, document.getElementById(looked), true);
  else if (event.target.closest("[data-look-close]")) look.close();
});
look?.addEventListener("close", () => document.getElementById(looked)?.focus());

document.addEventListener("htmx:configRequest", (event) => {
  const { path, parameters } = event.detail;
  if (!/\/approve\/$/.test(path) || parameters.seen_hero !== undefined) return;
  const type = event.detail.elt.closest(".card")?.querySelector("[data-type]")?.dataset.type;
  if (type) parameters.seen_hero = seenHero(type);
});

// What the page shows as the hero of a type: on a card, else as the gallery was told.
export function seenHero(type) {
  const name = CSS.escape(type);
  const live = document.querySelector(`.card [data-hero="yes"][data-type="${name}"]`);
  if (live) return live.closest(".card").dataset.variant;
  const told = document.querySelector(`[data-hero-of="${name}"]`)?.dataset.pk;
  if (!document.querySelector("[data-hero-of], .gallery")) return "";
  return told && !document.getElementById(`variant-${told}-live`) ? told : "none";
}

document.addEventListener("htmx:afterSettle", (event) => {
  const swapped = document.getElementById(event.detail.target?.id);
  if (!nextFocus || !swapped?.matches(".card") || pkOf(swapped) !== nextFocus.of) {
    if (swapped?.id.startsWith("variant-") && document.activeElement === document.body) {
      swapped.focus({ preventScroll: true });
    }
    return;
  }
  const { pk } = nextFocus;
  nextFocus = null;
  const next = reveal(pk);
  if (look?.open) whenCome(pk, (card) => show(large(card) ? card : swapped));
  else next?.focus({ preventScroll: true });
});
