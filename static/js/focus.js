// The focus after a swap: on what had it if that is there again, else on what is left around it.
const USABLE = "a, button, input, select, textarea, summary, label, [tabindex]";
let trail = []; // ids of what had the focus last and of what it stood in, innermost first

function around(element) {
  const ids = [];
  for (let one = element; one; one = one.parentElement) if (one.id) ids.push(one.id);
  return ids;
}

document.addEventListener("focusin", ({ target }) => { trail = around(target); });
// Whoever points at nothing has left.
document.addEventListener("pointerdown", ({ target }) => { if (!target.closest(USABLE)) trail = []; });

export function refocus() {
  if (document.activeElement !== document.body) return;
  const left = trail.map((id) => document.getElementById(id)).find((one) => one?.checkVisibility());
  if (!left || left.disabled) return; // what waits for its answer has the focus again afterwards
  if (!left.matches(USABLE)) left.tabIndex = -1;
  left.focus({ preventScroll: true });
}

["htmx:afterSettle", "htmx:afterRequest"].forEach((name) => document.addEventListener(name, refocus));
