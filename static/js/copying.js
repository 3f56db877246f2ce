// Copying what a button beside a fact, or above a list of facts, stands for.
import { toast } from "./toasts.js";

const said = (button) => button.querySelector(".unseen").textContent.trim().replace(/^(Copy )?/, "");

// Outside https and loopback there is no clipboard of pages; a chosen text can still be copied.
async function put(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  const before = document.activeElement;
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  if (!done) throw new DOMException("refused", "NotAllowedError");
  return undefined;
}

const valueOf = (dd) => dd.querySelector("[data-copy]")?.dataset.copy ?? dd.textContent.trim();

function listed(part) {
  const lines = [...part.querySelectorAll("dt")].map((dt) => `${dt.textContent.trim()}: ${valueOf(dt.nextElementSibling)}`);
  return lines.join("\n");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-all]");
  if (!button) return;
  const text = button.dataset.copy ?? listed(button.closest("[data-copied]"));
  try {
    await put(text);
    toast(`Copied ${said(button)}.`, "pass");
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    toast("The browser does not let this page copy. Select the text instead.");
  }
});
