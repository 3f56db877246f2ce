// The grid of a gallery as it is measured: columns, the size of a tile, and where each one stands.
import { style } from "../styling.js";
import { columnOf, rowOf } from "./geometry.js";

const TILE = "[data-cards] > .card";

// How many tiles there are, and how they stand: see geometry.js. `height` is what a row has at least.
export const grid = { count: 0, columns: 1, cut: 0 };
const tile = { width: 0, height: 0, gap: 0 };

export const pitch = () => tile.height + tile.gap;
export const height = () => tile.height;

// Cards stand as they like until they are measured.
export function loosen() {
  style(TILE, "");
}

export function measure(box, cards) {
  loosen();
  const css = getComputedStyle(box);
  // Whole pixels, because that is how far a page scrolls.
  tile.height = Math.ceil(Math.max(...cards.map((card) => card.getBoundingClientRect().height)));
  tile.width = parseFloat(css.gridTemplateColumns);
  tile.gap = parseFloat(css.rowGap);
  grid.columns = css.gridTemplateColumns.split(" ").length;
  style(TILE, `min-height: ${tile.height}px`);
}

export const isOutgrown = (cards) =>
  cards.some((card) => card.getBoundingClientRect().height > tile.height + 0.5);

// Where a tile is, in px from the top left of the first; it need not stand in the page.
export function areaOf(at) {
  const left = columnOf(at, grid) * (tile.width + tile.gap);
  const top = rowOf(at, grid) * pitch();
  return { left, top, right: left + tile.width, bottom: top + tile.height };
}
