// What a page offers to do: its tabs, the buttons of its head, what is done with the ticked or the
// framed one, and signing out; what is sooner meant comes first.
const PLACES = [
  ".desk-acts :is(a, button)", ".review-bar :is(a, button)",
  ".tabs a:not([aria-current]), #content .page-head :is(a, button), .gallery-head :is(a, button), "
  + "#content button[form=picks], #content form#picks button[type=submit], .person .menu-item, .turns button",
  ".bar button.menu-item",
];

const isOffered = (element) =>
  !element.disabled && element.getAttribute("aria-disabled") !== "true"
  && (element.checkVisibility() || element.closest("details.picks, details.menu")?.checkVisibility());

// Their letters have to come in this order; the closer together, the better.
function distance(said, name) {
  const at = name.indexOf(said);
  if (at >= 0) return at ? 1 : 0;
  let from = -1;
  let first = -1;
  for (const letter of said.replaceAll(" ", "")) {
    from = name.indexOf(letter, from + 1);
    if (from < 0) return Infinity;
    if (first < 0) first = from;
  }
  return 2 + from - first;
}

// The words of it, without the key that does the same.
function nameOf(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("kbd").forEach((key) => key.remove());
  return copy.textContent.replace(/\s+/g, " ").trim();
}

// By name, each once: `{ name, element, icon }`, the best matches first.
export function actsHere(said) {
  const wanted = said.trim().toLowerCase();
  const found = new Map();
  PLACES.flatMap((place) => [...document.querySelectorAll(place)]).forEach((element) => {
    const name = nameOf(element);
    if (name && !found.has(name) && isOffered(element)) found.set(name, element);
  });
  return [...found]
    .map(([name, element]) => ({ name, element, icon: element.querySelector(".icon"), far: distance(wanted, name.toLowerCase()) }))
    .filter((act) => act.far < Infinity)
    .sort((one, other) => one.far - other.far)
    .slice(0, 8);
}
