// What folds: menus close by themselves, the tray and kept details remember how they were left.
const kept = new Map();
const WIDE_PX = 1200;

function eachIn(element, selector, act) {
  if (element.matches?.(selector)) act(element);
  element.querySelectorAll?.(selector).forEach(act);
}

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  const head = event.target.closest(".tray-head");
  if (head) sessionStorage.setItem("tray", head.parentElement.open ? "closed" : "open");
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("toggle", (event) => {
  const fold = event.target;
  if (fold.dataset?.keep) kept.set(fold.dataset.keep, fold.open);
  if (fold.open && fold.matches?.(".source-acts .reveal")) {
    fold.querySelector("textarea, input:not([type=hidden])")?.focus();
  }
}, true);

document.addEventListener("htmx:load", (event) => {
  eachIn(event.detail.elt, "details[data-keep]", (fold) => {
    if (kept.has(fold.dataset.keep)) fold.open = kept.get(fold.dataset.keep);
  });
  eachIn(event.detail.elt, "details[data-tray]", (box) => {
    const left = sessionStorage.getItem("tray");
    const runs = Number(box.closest(".tray").dataset.running) > 0 && document.querySelector("[data-cards]");
    box.open = left ? left === "open" : Boolean(runs) && window.innerWidth >= WIDE_PX;
  });
});
