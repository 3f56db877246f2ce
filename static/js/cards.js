// The gallery by keyboard: one framed card at a time, decisions, and the large look.
import { showKeys } from "./dialogs.js";

const look = document.getElementById("look");
let looked = null;
let nextFocus = null;

const all = () => [...document.querySelectorAll("[data-cards] .card[data-variant]")];
const shown = (element) => element && getComputedStyle(element).display !== "none" && !element.disabled;
const button = (card, name) => document.getElementById(`variant-${card.dataset.variant}-${name}`);
const large = (card) => card.querySelector("a.pic img");

function neighbour(card, step) {
  const cards = all();
  const at = cards.indexOf(card);
  return at < 0 ? cards[0] : cards[at + step];
}

function columns() {
  const [first, ...rest] = all();
  return first ? 1 + rest.filter((card) => card.offsetTop === first.offsetTop).length : 1;
}

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
  nextFocus = { of: card.id, id: (neighbour(card, 1) ?? neighbour(card, -1) ?? card).id };
  act.click();
}

function move(card, step) {
  let next = neighbour(card, step);
  if (look?.open) {
    while (next && !large(next)) next = neighbour(next, Math.sign(step));
    if (next) show(next);
  } else if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function act(key, card, onCard) {
  const steps = { ArrowRight: 1, j: 1, ArrowLeft: -1, k: -1, ArrowDown: columns(), ArrowUp: -columns() };
  if (key in steps) move(card, look?.open ? Math.sign(steps[key]) : steps[key]);
  else if (key === "a" || (key === "Enter" && onCard)) decide(card, "approve");
  else if (key === "x") decide(card, "reject");
  else if (key === "z" || (key === " " && onCard)) look?.open ? look.close() : show(card);
  else if (key === "e") card.querySelector("a.pic, .menu-item")?.click();
  else return false;
  return true;
}

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
  const card = framed ?? (event.target === document.body || event.target.id === "content" ? all()[0] : null);
  if (!card) return;
  const first = !framed;
  if (first && !["ArrowRight", "ArrowDown", "j"].includes(key)) return;
  const decision = ["a", "x", "Enter"].includes(key);
  if (event.repeat && decision) return;
  const onCard = event.target === card || (inLook && !event.target.closest("button, a"));
  if (first) card.focus();
  else if (!act(key, card, onCard)) return;
  event.preventDefault();
});

look?.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-look-key]");
  if (pressed) act(pressed.dataset.lookKey, document.getElementById(looked), true);
  else if (event.target.closest("[data-look-close]")) look.close();
});
look?.addEventListener("close", () => document.getElementById(looked)?.focus());

// A gallery that is fetched anew brings back as many cards as stood there.
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters } = event.detail;
  if (elt.matches(".gallery")) parameters.shown = elt.querySelectorAll(".card").length;
});

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
  return told && !document.getElementById(`variant-${told}`) ? told : "none";
}

document.addEventListener("htmx:afterSettle", (event) => {
  const swapped = event.detail.target?.id;
  if (!nextFocus || swapped !== nextFocus.of) {
    if (swapped?.startsWith("variant-") && document.activeElement === document.body) {
      document.getElementById(swapped)?.focus({ preventScroll: true });
    }
    return;
  }
  const next = document.getElementById(nextFocus.id);
  nextFocus = null;
  if (look?.open) show(next && large(next) ? next : document.getElementById(swapped));
  else next?.focus();
});
