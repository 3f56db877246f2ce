// The order of a page's cards: of those that stand in it, or of a list of which it shows a part.
const pkOf = (card) => Number(card.dataset.variant);
const cards = () => [...document.querySelectorAll("[data-cards] > .card[data-variant]")];

const inPage = {
  ids: () => cards().map(pkOf),
  placeOf: (pk) => cards().findIndex((card) => pkOf(card) === pk),
  columns() {
    const [first, ...rest] = cards();
    return first ? 1 + rest.filter((card) => card.offsetTop === first.offsetTop).length : 1;
  },
  reveal(pk) {
    const card = document.getElementById(`variant-${pk}`);
    card?.scrollIntoView({ block: "nearest" });
    return card;
  },
  whenCome(pk, act) {
    act(document.getElementById(`variant-${pk}`));
  },
};
let line = inPage;

export const follow = (other) => { line = other; };
export const ids = () => line.ids();
export const first = () => line.ids()[0];
export const last = () => line.ids().at(-1);
export const columns = () => line.columns();
export const reveal = (pk) => line.reveal(pk);
export const whenCome = (pk, act) => line.whenCome(pk, act);

// The variant so many steps further, undefined beyond the ends.
export function neighbour(pk, step) {
  const at = line.placeOf(pk);
  return at < 0 ? first() : line.ids()[at + step];
}
