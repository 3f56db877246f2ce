// The strip kept true: what arrived is put at its end, what changed changes in its place, and what
// was taken out of the trash comes back to its own.
import { frames, revisionOf, strip, statusOf } from "./frames.js";

const AFTER_MS = 150;
const FACTS = ["width", "height", "eyes", "box"];
let timer = 0;
const waiting = new Set(); // who is told when the strip is true again
const followed = new Map(); // the id of a frame that went to the id of the one that stood behind it
new MutationObserver((records) => records.forEach(({ removedNodes, nextSibling }) => {
  const next = nextSibling?.id ? nextSibling : nextSibling?.nextElementSibling;
  removedNodes.forEach((one) => { if (one.id) followed.set(one.id, next?.id); });
})).observe(strip(), { childList: true });

function behind(id) {
  const next = followed.get(id);
  return next ? document.getElementById(next) ?? behind(next) : null;
}

function take(fresh) {
  const known = document.getElementById(fresh.id);
  if (!known) {
    strip().insertBefore(fresh, behind(fresh.id));
    return;
  }
  FACTS.forEach((name) => { if (name in fresh.dataset) known.dataset[name] = fresh.dataset[name]; });
  const live = known.querySelector(".card-live");
  const same = revisionOf(known) === revisionOf(fresh) && statusOf(known) === statusOf(fresh);
  if (revisionOf(fresh) >= revisionOf(known) && !(same && live.dataset.file === "yes")) {
    live.replaceWith(fresh.querySelector(".card-live"));
  }
}

async function fetchStrip() {
  const address = new URL(location.href);
  const ids = [...strip().querySelectorAll(".frame")].map((frame) => frame.dataset.frame);
  address.searchParams.set("also", ids.join(","));
  const response = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!response.ok || response.redirected) return;
  const page = document.createElement("template");
  page.innerHTML = await response.text();
  const found = [...page.content.querySelectorAll(".frame")];
  found.forEach(take);
  const there = new Set(found.map((frame) => frame.id));
  ids.map((id) => document.getElementById(`variant-${id}`)).forEach((frame) => {
    if (frame && !there.has(frame.id)) frame.remove();
  });
}

// Fetch the strip anew soon, once for all who ask until then; each `then` is told when it is done.
export function merge(then) {
  waiting.add(then);
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const none = frames().length === 0;
    await fetchStrip();
    if (none && frames().length) {
      location.reload();
      return;
    }
    const told = [...waiting];
    waiting.clear();
    told.forEach((one) => one());
  }, AFTER_MS);
}
