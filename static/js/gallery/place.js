// Where one is in a gallery, kept at the studio: it survives reload, log-out, and other devices.
import * as list from "./list.js";
import { onPick, only, pickedIds } from "./picking.js";
import { firstInView, startAt } from "./window.js";

const REST_MS = 400;
const MOST = 500; // more are too many for a batch, and are not kept
let gallery = null; // once its list is shown
let timer = 0;

function now() {
  if (!timer || !gallery) return;
  clearTimeout(timer);
  timer = 0;
  const picked = pickedIds();
  const body = new URLSearchParams({
    query: location.search, at: firstInView() ?? "", picked: picked.length > MOST ? "" : picked.join(","),
  });
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  // What is not kept now is kept with the next change.
  fetch(gallery.dataset.placeUrl, { method: "POST", body, headers, keepalive: true }).catch(() => null);
}

function keep(after_ms = REST_MS) {
  clearTimeout(timer);
  timer = setTimeout(now, after_ms);
}

// A gallery whose list is shown is as it was left; from now on it is kept.
export function settle(shown) {
  const left = JSON.parse(shown.dataset.place || "{}");
  if (left.picked?.length) only(left.picked.filter(list.has));
  if (left.at && !location.hash) startAt(left.at);
  gallery = shown;
  keep(0);
}

onPick(() => keep());
window.addEventListener("scroll", () => keep(), { passive: true });
window.addEventListener("pagehide", now);
