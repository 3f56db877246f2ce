// The command palette: where one may go, asked of the studio, and what this page offers to do.
import { showSheet } from "./dialogs.js";
import { actsHere } from "./acts.js";

const TYPING_MS = 150;
const palette = document.getElementById("palette");
const field = document.getElementById("palette-said");
const list = document.getElementById("palette-list");
const none = document.getElementById("palette-none");
const usual = document.getElementById("palette-icon")?.content.firstElementChild;
let typing = 0;
let asked = null;
let acts = [];

const options = () => [...list.querySelectorAll('[role="option"]')];
const chosen = () => list.querySelector('[aria-selected="true"]');

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  field.removeAttribute("aria-activedescendant");
  if (!option) return;
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option.id);
}

function settle() {
  options().forEach((option, at) => { option.id = `palette-option-${at}`; });
  choose(options()[0]);
  none.textContent = options().length ? "" : "Nothing is called that.";
}

function showActs() {
  const home = document.getElementById("palette-acts");
  home.replaceChildren();
  acts = actsHere(field.value);
  if (!acts.length) return;
  home.setAttribute("role", "group");
  home.setAttribute("aria-label", "On this page");
  const title = document.createElement("p");
  title.className = "palette-group";
  title.textContent = "On this page";
  title.setAttribute("aria-hidden", "true");
  home.append(title, ...acts.map((act, at) => {
    const option = document.createElement("div");
    option.className = "palette-way";
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.act = at;
    const name = document.createElement("span");
    name.className = "cut";
    name.textContent = act.name;
    option.append((act.icon ?? usual).cloneNode(true), name);
    return option;
  }));
}

async function ask() {
  asked?.abort();
  asked = new AbortController();
  const address = `${palette.dataset.find}?q=${encodeURIComponent(field.value.trim())}`;
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: asked.signal });
    if (answer.redirected) location.reload();
    if (!answer.ok) throw new TypeError("refused");
    document.getElementById("palette-found").outerHTML = await answer.text();
    settle();
  } catch (error) {
    if (error instanceof TypeError) none.textContent = "The studio does not answer. Type on in a moment.";
    else if (error.name !== "AbortError") throw error;
  }
}

function look() {
  showActs();
  clearTimeout(typing);
  typing = setTimeout(ask, TYPING_MS);
}

function show() {
  if (document.querySelector("dialog[open]")) return;
  field.value = "";
  showActs();
  settle();
  none.textContent = "";
  showSheet(palette);
  field.focus();
  ask();
}

function go(option) {
  if (!option) return;
  if (option.dataset.act === undefined) {
    option.click();
    return;
  }
  const { element } = acts[option.dataset.act];
  palette.addEventListener("close", () => {
    element.focus();
    element.click();
  }, { once: true });
  palette.close();
}

function step(by) {
  const all = options();
  if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
}

document.addEventListener("keydown", (event) => {
  if (!palette || event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (palette.open) palette.close();
  else show();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-palette-open]") || !palette) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show();
});

palette?.addEventListener("keydown", (event) => {
  const keys = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Enter: () => go(chosen()) };
  if (!(event.key in keys) || event.target !== field || event.isComposing) return;
  event.preventDefault();
  keys[event.key]();
});
palette?.addEventListener("input", look);
palette?.addEventListener("close", () => { clearTimeout(typing); asked?.abort(); });
palette?.addEventListener("click", (event) => {
  const option = event.target.closest("[data-act]");
  if (option) go(option);
  else if (event.target === palette || event.target.closest("[data-palette-close]")) palette.close();
});
