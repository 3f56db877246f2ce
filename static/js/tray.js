// The job tray: it stays as it was left, open or closed and scrolled, when it is fetched anew and
// when the page is; what has begun counts its seconds.
const WIDE_PX = 1200;
const OPEN = "tray";
const SCROLLED = "tray-scrolled";
const tray = () => document.getElementById("tray");

document.addEventListener("click", (event) => {
  const head = event.target.closest(".tray-head");
  if (head) sessionStorage.setItem(OPEN, head.parentElement.open ? "closed" : "open");
});

document.addEventListener("scroll", (event) => {
  if (event.target.matches?.(".tray-list")) sessionStorage.setItem(SCROLLED, event.target.scrollTop);
}, true);

function settle(box) {
  const left = sessionStorage.getItem(OPEN);
  const runs = Number(tray().dataset.running) > 0 && document.querySelector(".gallery");
  box.open = left ? left === "open" : Boolean(runs) && window.innerWidth >= WIDE_PX;
  const list = box.querySelector(".tray-list");
  if (list) list.scrollTop = Number(sessionStorage.getItem(SCROLLED));
}

document.addEventListener("htmx:load", (event) => {
  const box = event.detail.elt.querySelector?.("details[data-tray]");
  if (box) settle(box);
});

const since = new WeakMap();

function words(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 10 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${Math.round(seconds / 60)} min`;
}

setInterval(() => {
  if (document.hidden) return;
  document.querySelectorAll("[data-elapsed-s]").forEach((part) => {
    if (!since.has(part)) since.set(part, performance.now() - Number(part.dataset.elapsedS) * 1000);
    else part.textContent = words((performance.now() - since.get(part)) / 1000);
  });
}, 1000);
