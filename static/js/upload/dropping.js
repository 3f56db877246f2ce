// Files that are dropped or pasted anywhere on a page: who takes them there, and the sheet for it.
import { showSheet } from "../dialogs.js";
import { add } from "./adding.js";
import { plan } from "./folder.js";
import { take } from "./form.js";
import { filesOf } from "./reading.js";

const sheet = document.getElementById("drop-sheet");
const veil = document.getElementById("drop-veil");
const here = (selector) => document.querySelector(`dialog[open] ${selector}`) ?? document.querySelector(selector);

function shown(form) {
  if (sheet.contains(form) && !sheet.open) showSheet(sheet);
}

// A sheet that is closed while files are on their way keeps its list for when it is opened again.
sheet?.addEventListener("close", () => {
  if (sheet.querySelector("[data-row-cancel]:not([hidden])")) return;
  sheet.removeAttribute("aria-labelledby");
  sheet.querySelector("#drop-body").replaceChildren();
});

async function fetched(url) {
  await window.htmx.ajax("GET", url, { target: "#drop-body", swap: "innerHTML" });
  sheet.setAttribute("aria-labelledby", "drop-title");
  showSheet(sheet);
  return sheet.querySelector("form");
}

async function planAt(url, found) {
  const form = await fetched(url);
  if (form.matches("[data-folder-import]")) {
    plan(form, found);
    return;
  }
  form.addEventListener("submit", (event) => { // which of several projects
    event.preventDefault();
    event.stopImmediatePropagation();
    planAt(event.submitter.value, found);
  }, true);
}

// Whoever takes files that come down at `target`; null where nobody does.
function takerAt(target) {
  const zone = target.closest("form[data-drop]") ?? document.querySelector("form[data-drop-page]");
  if (zone) return { zone, one: true, act: ([{ file }]) => take(zone, file) };
  const folder = here("form[data-folder-import]");
  if (folder) return { zone: folder, act: (found) => plan(folder, found) };
  const adding = here("form[data-adding]");
  if (adding) return { zone: adding, act: (found) => { shown(adding); add(adding, found); } };
  const first = here("form[data-drop-first]");
  const at = here("[data-adding-at]");
  if (first || at) {
    return {
      zone: first,
      act: async (found) => {
        if (first && found.length === 1) take(first, found[0].file);
        else if (at) add(await fetched(at.dataset.addingAt), found);
      },
    };
  }
  const folders = here("[data-import-at]");
  if (folders) return { act: (found) => planAt(folders.dataset.importAt, found) };
  const only = here("form[data-drop]");
  return only && { zone: only, one: true, act: ([{ file }]) => take(only, file) };
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
const clear = () => {
  veil.hidden = true;
  document.querySelectorAll(".drop-over").forEach((zone) => zone.classList.remove("drop-over"));
};

document.addEventListener("dragover", (event) => {
  const taker = carriesFiles(event) && takerAt(event.target);
  if (!taker) return;
  event.preventDefault();
  if (taker.zone) {
    taker.zone.closest("details")?.setAttribute("open", "");
    taker.zone.classList.add("drop-over");
  } else {
    veil.hidden = false;
  }
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) clear();
});
document.addEventListener("drop", async (event) => {
  const taker = carriesFiles(event) && takerAt(event.target);
  if (!taker) return;
  event.preventDefault();
  clear();
  const found = await filesOf(event.dataTransfer);
  if (found.length) taker.act(found);
});

document.addEventListener("paste", async (event) => {
  if (event.target.closest("textarea, input:not([type=file])")) return;
  const files = [...(event.clipboardData?.files ?? [])];
  const taker = files.length && takerAt(document.activeElement ?? document.body);
  if (taker) taker.act(files.map((file) => ({ path: file.name, file })));
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-sheet]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await fetched(link.href);
});
