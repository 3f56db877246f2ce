// Messages at the bottom: shown once, gone after a while unless they tell of a failure.
const STAY_MS = 7000;
const MOST = 4;
const shelf = document.getElementById("toasts");

export function toast(sentence, tone = "fail") {
  const template = document.getElementById("toast-template");
  if (!shelf || !template) return;
  const part = template.content.cloneNode(true).querySelector(".toast");
  part.dataset.tone = tone;
  part.querySelector("p").textContent = sentence;
  part.querySelector(".mark").className = `mark mark-${tone}`;
  if (tone !== "fail") part.removeAttribute("role");
  shelf.append(part);
}

function leave(part) {
  part.classList.add("toast-leaving");
  setTimeout(() => part.remove(), 200);
}

function watch(part) {
  if (part.dataset.watched) return;
  part.dataset.watched = "yes";
  part.querySelector("[data-toast-close]")?.addEventListener("click", () => leave(part));
  if (part.dataset.tone === "fail") return;
  const tick = () => {
    if (part.matches(":hover, :focus-within")) setTimeout(tick, 1500);
    else leave(part);
  };
  setTimeout(tick, STAY_MS);
}

// What a toast offers was done: it has nothing more to say.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const part = detail.successful && detail.elt.closest?.(".toast");
  if (part) leave(part);
});

function tidy() {
  shelf.querySelectorAll(".toast").forEach(watch);
  const shown = [...shelf.querySelectorAll(".toast:not(.toast-leaving)")];
  shown.slice(0, Math.max(0, shown.length - MOST)).forEach(leave);
}

if (shelf) {
  tidy();
  new MutationObserver(tidy).observe(shelf, { childList: true });
}
