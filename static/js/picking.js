// Ticking many cards: how many there are, all that are shown, and everything between two with Shift.
import { seenHero } from "./cards.js";

const MOST = 500; // as many as one batch takes
const NARROW_PX = 860;
let last = null;

const boxes = () => [...document.querySelectorAll(".pick input")];
const ticked = () => boxes().filter((box) => box.checked);

function tell() {
  const picks = document.querySelector("details.picks");
  if (!picks) return;
  const count = ticked().length;
  const word = picks.querySelector("[data-picked]");
  word.textContent = count ? `${count} ticked` : "";
  word.classList.toggle("tone-fail", count > MOST);
  if (count > MOST) word.textContent += `, at most ${MOST} at once`;
  picks.querySelector("[data-tick='none']").disabled = !count;
}

function tick(some, on) {
  some.forEach((box) => { box.checked = on; });
  tell();
}

document.addEventListener("click", (event) => {
  const box = event.target;
  if (box.matches(".pick input")) {
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0) tick(all.slice(from, to + 1), box.checked);
    last = box;
  }
  const wanted = box.closest("[data-tick]")?.dataset.tick;
  if (wanted) tick(wanted === "all" ? boxes() : ticked(), wanted === "all");
});

// A card may have changed under its tick: what is sent is what it shows when the button is pressed.
document.addEventListener("click", (event) => {
  if (event.target.closest("button")?.form?.id !== "picks") return;
  ticked().forEach((box) => {
    const card = box.closest(".card");
    const { value } = card.querySelector('[name="revision"]');
    box.value = `${card.dataset.variant}:${value}:${seenHero(card.querySelector("[data-type]").dataset.type)}`;
  });
}, true);

// Ticking opens what can be done with the ticked, where there is room; once it is done, nothing is
// ticked any more.
document.addEventListener("change", (event) => {
  if (!event.target.matches(".pick input")) return;
  const picks = document.querySelector("details.picks");
  if (picks && event.target.checked && window.innerWidth > NARROW_PX) picks.open = true;
  tell();
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const picks = event.detail.elt.form;
  if (picks?.id !== "picks" || event.detail.xhr.status !== 200) return;
  picks.reset();
  tell();
});
document.addEventListener("htmx:afterSettle", tell);
window.addEventListener("pageshow", tell);
