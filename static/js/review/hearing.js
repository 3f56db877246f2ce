// What another person did, or what was finished, is drawn where it is; the cursor stays.
import { keepCursor, settle } from "./cursor.js";
import { bringDesk } from "./deskside.js";
import { current, frames, strip } from "./frames.js";
import { merge } from "./merging.js";
import { viewer } from "./room.js";

// Keys go from frame to frame, so that Tab need not.
function untab() {
  strip().querySelectorAll("a.pic:not([tabindex])").forEach((link) => { link.tabIndex = -1; });
}

new MutationObserver(() => {
  untab();
  if (!viewer || !frames().length) return;
  keepCursor();
  settle();
}).observe(strip(), { childList: true, subtree: true });

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const { target } = event.detail;
  const one = target?.closest?.(".frame") ?? document.getElementById(target?.id)?.closest(".frame");
  if (one && !one.dataset.width) merge(settle);
  if (one && one === current()) bringDesk();
});
["arrived", "refresh"].forEach((name) => document.body.addEventListener(name, () => merge(settle)));
document.body.addEventListener("detail", () => {
  merge(settle);
  bringDesk(true);
});
untab();
