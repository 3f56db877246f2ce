// The gallery's entry: which list is shown, when it is fetched anew, and what else follows it.
import { follow } from "../line.js";
import { grid } from "./frame.js";
import "./lasso.js";
import * as list from "./list.js";
import { retain } from "./picking.js";
import { settle } from "./place.js";
import * as tiles from "./window.js";

let gallery = null;
let settled = null;
let latest = 0;
let width = 0;

const line = {
  ids: list.ids, placeOf: list.placeOf, columns: () => grid.columns, reveal: tiles.reveal, whenCome: tiles.whenCome,
};

async function fetchList() {
  const [of, mine] = [gallery, (latest += 1)];
  // Without an answer everything stays as it is; the next event asks again.
  const answer = await fetch(of.dataset.list).catch(() => null);
  if (!answer?.ok || answer.redirected) return false;
  const fresh = await answer.json();
  if (mine !== latest) return false;
  tiles.show(fresh);
  follow(line);
  retain();
  showRest();
  if (settled !== gallery) settle(gallery);
  settled = gallery;
  return true;
}

// What the list holds no more leads to a list of its own.
function showRest() {
  const more = gallery.querySelector("[data-more]");
  if (!more) return;
  more.hidden = !list.following();
  more.querySelector("a").href = list.following();
}

function open() {
  const found = document.querySelector(".gallery");
  if (!found || found === gallery) return;
  gallery = found;
  list.take({ ids: [], revisions: [], types: [], names: [], next: "" });
  tiles.open(gallery);
  resized.disconnect();
  resized.observe(tiles.element());
  fetchList();
}

const resized = new ResizeObserver(([entry]) => {
  const now = entry.contentRect.width;
  if (width && now !== width) tiles.remeasure();
  width = now;
});

open();
document.addEventListener("htmx:load", open);
document.body.addEventListener("refresh", async () => {
  if (await fetchList()) tiles.renew();
});
window.addEventListener("scroll", () => tiles.draw(), { passive: true });
window.addEventListener("resize", () => tiles.draw());
