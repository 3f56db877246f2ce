// One variant by keyboard; a decision fetches the page's own part anew.
import { showKeys } from "./dialogs.js";
import { fire } from "./signals.js";

const bench = () => document.querySelector('[data-keys="detail"]');
const press = (selector) => bench().querySelector(selector)?.click();

document.addEventListener("keydown", (event) => {
  if (!bench() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog, .menu[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const decides = key === "a" || key === "x" || key === "Enter";
  if (decides && event.repeat) return;
  if (key === "Enter" && event.target.closest("button, a, summary")) return;
  if (key === "a" || key === "Enter") press('[id$="-approve"]');
  else if (key === "x") press('[id$="-reject"]');
  else if (key === "ArrowLeft" || key === "k") press('[data-key-step="ArrowLeft"]');
  else if (key === "ArrowRight" || key === "j") press('[data-key-step="ArrowRight"]');
  else if (key === "q") document.getElementById("show-face")?.click();
  else if (key === "i") bench().querySelector("[data-copy-all]")?.focus();
  else if (key === "Escape") location.assign(bench().dataset.up);
  else if (key === "?") showKeys();
  else return;
  event.preventDefault();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form[data-then]");
  if (form) fire(form.dataset.then, 0);
});
