// The socket's life, and what its messages do beyond swapping: signals and relays.
import { fire } from "./signals.js";

const LOST_AFTER_MS = 1500;
const LATE_MS = 1000;
const RETRIED_BY_HTMX = [1006, 1011, 1012, 1013];
const SIGNED_OUT = 4401;
const state = document.getElementById("live-state");
let missed = false; // whether something may have happened while no socket was open
let lost = 0;

function say(text) {
  if (!state) return;
  state.textContent = text;
  state.dataset.state = text ? "lost" : "";
}

export const saySignedOut = () => say("Signed out: reload to sign in.");

document.addEventListener("htmx:wsOpen", () => {
  clearTimeout(lost);
  say("");
  document.body.dataset.live = "on";
  const unfinished = document.querySelector(
    '[data-status="pending"], [data-status="generating"], .mark-run',
  );
  if (missed || unfinished || performance.now() > LATE_MS) fire("refresh", 0);
  missed = true;
});

document.addEventListener("htmx:wsClose", (event) => {
  const { event: close, socketWrapper } = event.detail;
  clearTimeout(lost);
  missed = true;
  document.body.dataset.live = "off";
  if (close.code === SIGNED_OUT) {
    saySignedOut();
    return;
  }
  lost = setTimeout(() => say("No live updates: connecting again…"), LOST_AFTER_MS);
  if (!RETRIED_BY_HTMX.includes(close.code)) setTimeout(() => socketWrapper.reconnect(), 2000);
});

window.addEventListener("pagehide", () => clearTimeout(lost));

// A message is for every page of a character: what this one does not show is left out.
window.htmx?.defineExtension("present", {
  transformResponse(text) {
    if (!text.includes("hx-swap-oob") || /^\s*<!doctype/i.test(text)) return text;
    const box = document.createElement("template");
    box.innerHTML = text;
    box.content.querySelectorAll("[hx-swap-oob][id]").forEach((part) => {
      if (!document.getElementById(part.id)) part.remove();
    });
    return box.innerHTML;
  },
});

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.id === "signals") {
    event.detail.shouldSwap = false;
    fragment.querySelectorAll("[data-signal]").forEach((part) => fire(part.dataset.signal));
  } else if (target.dataset.relay) {
    event.detail.shouldSwap = false;
    fire(target.dataset.relay);
  }
});

// What a card became changes the counts of the filters.
const COUNT_MS = 800;
const counted = (event) => {
  if (/^variant-\d+(-live)?$/.test(event.detail.target?.id ?? "")) fire("counts", COUNT_MS);
};
document.addEventListener("htmx:oobBeforeSwap", counted);
document.addEventListener("htmx:afterSwap", counted);

// A live part is left alone while somebody types in it or waits for the answer to a button of it,
// which would find its place gone; it is fetched again afterwards.
const touched = (field) =>
  field.type === "file" ? field.files.length > 0
    : !["hidden", "checkbox"].includes(field.type) && field.value !== field.defaultValue;

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (!target?.matches?.("[data-live]") || requestConfig.verb !== "get") return;
  if (requestConfig.elt !== target) return;
  const typing = [...target.querySelectorAll("input, textarea")].some(touched);
  if (!typing && !target.querySelector(".menu[open], button.htmx-request, form.htmx-request")) return;
  event.detail.shouldSwap = false;
  const again = requestConfig.triggeringEvent?.type;
  if (again) fire(again, 3000);
});
