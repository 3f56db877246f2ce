// Where the tiles of a list stand, in rows and columns. Arithmetic alone: it knows no page.
// A grid is { count, columns, cut }: the first `cut` tiles fill rows of their own, so that what comes
// or goes before them moves no other.
export const rowsOf = ({ count, columns, cut }) =>
  Math.ceil(cut / columns) + Math.ceil((count - cut) / columns);

export const rowOf = (at, { columns, cut }) =>
  at < cut ? Math.floor(at / columns) : Math.ceil(cut / columns) + Math.floor((at - cut) / columns);

export const columnOf = (at, { columns, cut }) => (at < cut ? at : at - cut) % columns;

// The first tile of a row; `count` for what is beyond the last one.
export function startOf(row, { count, columns, cut }) {
  const head = Math.ceil(cut / columns);
  return Math.min(count, row < head ? row * columns : cut + (row - head) * columns);
}

// The rows of which something is between two heights, from the top of the first: [from, to).
export function rowsBetween(top, bottom, pitch, rows) {
  const from = Math.min(Math.max(0, Math.floor(top / pitch)), Math.max(0, rows - 1));
  return { from, to: Math.min(rows, Math.max(from + 1, Math.ceil(bottom / pitch))) };
}
