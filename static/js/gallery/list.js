// The list of a gallery: which variants there are, in which order, and what a decision needs of them.
const COLUMNS = ["ids", "revisions", "types"];
const list = { ids: [], revisions: [], types: [], names: [], next: "" };
let places = new Map();

export const ids = () => list.ids;
export const size = () => list.ids.length;
export const placeOf = (pk) => places.get(pk) ?? -1;
export const has = (pk) => places.has(pk);
export const following = () => list.next;

export function factsOf(pk) {
  const at = placeOf(pk);
  return at < 0 ? null : { revision: list.revisions[at], type: list.names[list.types[at]] };
}

const number = () => { places = new Map(list.ids.map((pk, at) => [pk, at])); };

export function take(fresh) {
  Object.assign(list, fresh);
  number();
}

export function drop(gone) {
  const stays = list.ids.map((pk) => !gone.has(pk));
  COLUMNS.forEach((name) => { list[name] = list[name].filter((_, at) => stays[at]); });
  number();
}

// What a card says of itself is newer than the list.
export function note(pk, revision) {
  const at = placeOf(pk);
  if (at >= 0) list.revisions[at] = revision;
}
