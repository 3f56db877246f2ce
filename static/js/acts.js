// What a page offers to do: its tabs, the buttons of its head, and what is done with the ticked.
const PLACES = [
  ".tabs a:not([aria-current])", "#content .page-head :is(a, button)", ".gallery-head :is(a, button)",
  "#content button[form=picks]", "#content form#picks button[type=submit]",
].join(", ");

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

// By name, each once: `{ name, element, icon }`, the best matches first.
export function actsHere(said) {
  const wanted = said.trim().toLowerCase();
  const found = new Map();
  document.querySelectorAll(PLACES).forEach((element) => {
    const name = element.textContent.replace(/\s+/g, " ").trim();
    if (name && !found.has(name) && isOffered(element)) found.set(name, element);
  });
  return [...found]
    .map(([name, element]) => ({ name, element, icon: element.querySelector(".icon"), far: distance(wanted, name.toLowerCase()) }))
    .filter((act) => act.far < Infinity)
    .sort((one, other) => one.far - other.far)
    .slice(0, 8);
}
