// What folds: menus close by themselves, kept details remember how they were left.
const kept = new Map();

function eachIn(element, selector, act) {
  if (element.matches?.(selector)) act(element);
  element.querySelectorAll?.(selector).forEach(act);
}

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
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
});
