// The window of a gallery: of the whole list only what is near the view stands in the page, and the
// rest is room. What cards look like comes from the studio; what is decided is not its affair.
import { style } from "../styling.js";
import { areaOf, grid, height, isOutgrown, loosen, measure, pitch } from "./frame.js";
import { rowOf, rowsBetween, rowsOf, startOf } from "./geometry.js";
import * as list from "./list.js";
import { ask, serve, want } from "./tiles.js";

const MOST = 400; // tiles in the page
const USUAL = 120; // with fewer, a short way is fetched often
const SCREENS = 3; // drawn beside the one in view
const BAR_PX = 56;
const SETTLE_MS = 40;
const RETRY_MS = 2000;

let box = null;
let measured = false;
let drawn = { from: 0, to: 0 }; // rows
let soon = 0;
const dressers = [];
const awaited = new Map();
const watch = new MutationObserver(notice);

const pkOf = (card) => Number(card.dataset.variant);
const cardOf = (pk) => box.querySelector(`:scope > #variant-${pk}`);
const cards = () => [...box.querySelectorAll(":scope > .card")];
const isEmpty = (card) => card.getAttribute("aria-busy") === "true";
const boxTop = () => box.getBoundingClientRect().top;
const topOf = (pk) => boxTop() + areaOf(list.placeOf(pk)).top;

// Called with every card that comes into the page.
export const onCard = (dresser) => dressers.push(dresser);
export const element = () => box;

// The cards of another gallery; until its list is known they stand as the studio laid them out.
export function open(gallery) {
  box = gallery.querySelector("[data-cards]");
  measured = false;
  watch.disconnect();
  loosen();
  style("[data-cards]", "");
  serve(gallery.dataset.tiles, arrive);
  cards().forEach(dress);
}

// From now on the page shows the window of this list. What is in view stays where it is.
export function show(fresh) {
  change(() => {
    list.take(fresh);
    if (measured || !list.size()) return;
    if (!cards().length) box.prepend(frameFor(list.ids()[0]));
    measure(box, cards());
    measured = true;
  });
  watch.observe(box, { childList: true });
}

// The width of the cards has changed, or their height.
export function remeasure() {
  if (cards().length) change(() => measure(box, cards()), grid.cut);
}

// What stands in the page is fetched anew.
export const renew = () => ask(cards().map(pkOf));

// Whatever is done to the list or the grid, what is in view stays where it is.
function change(how, cut = null) {
  const kept = inView();
  how();
  const still = kept.find(({ pk }) => list.has(pk));
  grid.count = list.size();
  grid.cut = cut ?? (still ? list.placeOf(still.pk) : 0);
  if (!measured) return;
  const top = still ? still.y - areaOf(list.placeOf(still.pk)).top : boxTop();
  draw(top, true);
  if (still) window.scrollBy(0, boxTop() - top);
}

// The variants in view and where; none while the head of the cards is in view, which may move.
function inView() {
  const top = boxTop();
  if (!measured || top >= BAR_PX) return [];
  return list.ids().slice(...tilesOf(rowsInView(top))).map((pk) => ({ pk, y: topOf(pk) }));
}

export const firstInView = () => inView()[0]?.pk;

// The row of a variant becomes the first in view.
export function startAt(pk) {
  if (!list.has(pk)) return;
  window.scrollBy(0, topOf(pk) - BAR_PX);
  draw();
}

const tilesOf = ({ from, to }) => [startOf(from, grid), startOf(to, grid)];
const rowsInView = (top) =>
  rowsBetween(BAR_PX - top, window.innerHeight - top, pitch(), rowsOf(grid));

// Put what is near the view into the page, where the top of the cards is or will be at `top`.
export function draw(top = boxTop(), anew = false) {
  if (!measured) return;
  const rows = rowsOf(grid);
  const view = rowsInView(top);
  const beside = Math.min(
    Math.floor(MOST / grid.columns) - (view.to - view.from),
    Math.max(SCREENS * (view.to - view.from), Math.ceil(USUAL / grid.columns)),
  );
  const near = Math.floor(beside / 4);
  const covered = drawn.from <= Math.max(0, view.from - near) && drawn.to >= Math.min(rows, view.to + near);
  if (covered && !anew) return;
  const from = Math.max(0, view.from - Math.floor(beside / 2));
  drawn = { from, to: Math.min(rows, from + view.to - view.from + beside) };
  put(list.ids().slice(...tilesOf(drawn)));
  style("[data-cards]", `padding-block: ${drawn.from * pitch()}px ${(rows - drawn.to) * pitch()}px`);
  fillIn(SETTLE_MS);
}

function put(pks) {
  const wanted = new Set(pks);
  const had = new Map(cards().map((card) => [pkOf(card), card]));
  had.forEach((card, pk) => { if (!wanted.has(pk)) leave(card); });
  let next = box.firstElementChild;
  for (const pk of pks) {
    const card = had.get(pk) ?? frameFor(pk);
    if (card === next) next = next.nextElementSibling;
    else box.insertBefore(card, next);
    dress(card);
  }
  watch.takeRecords();
}

function leave(card) {
  if (card.contains(document.activeElement)) box.focus({ preventScroll: true });
  const revision = card.querySelector('[name="revision"]');
  if (revision) list.note(pkOf(card), Number(revision.value));
  card.remove();
}

function frameFor(pk) {
  const card = document.getElementById("card-frame").content.firstElementChild.cloneNode(true);
  card.id = `variant-${pk}`;
  card.dataset.variant = pk;
  card.setAttribute("aria-label", `Candidate ${pk}`);
  return card;
}

function dress(card) {
  const at = list.placeOf(pkOf(card));
  if (at >= 0) {
    card.setAttribute("aria-posinset", at + 1);
    card.setAttribute("aria-setsize", grid.count);
    card.toggleAttribute("data-row", at > 0 && at === grid.cut);
  }
  dressers.forEach((dresser) => dresser(card));
}

// Ask for what stands in the page as an empty frame: for what is in view, and the rest when it came.
function fill() {
  const [from, to] = tilesOf(rowsInView(boxTop()));
  const empty = cards().filter(isEmpty).map(pkOf);
  const inSight = empty.filter((pk) => list.placeOf(pk) >= from && list.placeOf(pk) < to);
  if (empty.length) want(inSight.length ? inSight : empty);
}

function fillIn(after_ms) {
  clearTimeout(soon);
  soon = setTimeout(fill, after_ms);
}

function arrive(asked, found) {
  if (!found) {
    fillIn(RETRY_MS);
    return;
  }
  found.forEach((card, pk) => {
    const there = cardOf(pk);
    if (there) bring(there, card);
  });
  watch.takeRecords();
  forget(asked.filter((pk) => !found.has(pk)));
  if (isOutgrown(cards())) remeasure();
  fillIn(SETTLE_MS);
}

// The card itself in place of its frame, or the live part of one that was there.
function bring(there, card) {
  if (isEmpty(there)) {
    const focused = there === document.activeElement;
    there.replaceWith(card);
    dress(card);
    window.htmx.process(card);
    if (focused) card.focus({ preventScroll: true });
    awaited.get(pkOf(card))?.(card);
    awaited.delete(pkOf(card));
    return;
  }
  const [old, live] = [there, card].map((one) => one.querySelector(".card-live"));
  if (old.isEqualNode(live)) return;
  old.replaceWith(live);
  window.htmx.process(live);
}

// Cards that another hand changed: one that went without another in its place is off the list.
function notice(records) {
  const nodes = (name) => records.flatMap((record) => [...record[name]]).filter((node) => node.matches?.(".card"));
  nodes("addedNodes").forEach(dress);
  forget(nodes("removedNodes").map(pkOf).filter((pk) => !cardOf(pk)));
}

function forget(pks) {
  const gone = new Set(pks.filter(list.has));
  if (gone.size) change(() => list.drop(gone));
}

// Scroll as little as shows a variant; its card, or its frame until the card has come.
export function reveal(pk) {
  if (!list.has(pk)) return null;
  const row = rowOf(list.placeOf(pk), grid);
  if (row < drawn.from || row >= drawn.to) {
    window.scrollBy(0, topOf(pk) - (window.innerHeight - height()) / 2);
    draw();
  }
  cardOf(pk).scrollIntoView({ block: "nearest" });
  return cardOf(pk);
}

// Call `act` with the card of a variant that was revealed, once it has come.
export function whenCome(pk, act) {
  const card = cardOf(pk);
  awaited.clear();
  if (card && !isEmpty(card)) act(card);
  else awaited.set(pk, act);
}
