// The strip: which frames there are, in the order shown, and the one that keys act on.
export const strip = () => document.getElementById("strip");
const part = (frame) => frame.querySelector(".card-live");

export const frames = () => [...strip().querySelectorAll(".frame[data-width]")].filter(
  (frame) => part(frame)?.dataset.file === "yes",
);
export const current = () => strip().querySelector('.frame[aria-current="true"]');
export const frameOf = (pk) => document.getElementById(`variant-${pk}`);
export const pkOf = (frame) => frame.dataset.frame;
export const statusOf = (frame) => part(frame).dataset.status;
export const typeOf = (frame) => part(frame).dataset.type;
export const isHero = (frame) => part(frame).dataset.hero === "yes";
export const isShortlisted = (frame) => part(frame).dataset.shortlisted === "yes";
export const revisionOf = (frame) => Number(frame.querySelector('[name="revision"]').value);
const DECIDING = ["approve", "reject", "crown", "delete"];
export const isOpen = (frame) => !DECIDING.includes(frame.dataset.sent) && ["generated", "editing"].includes(statusOf(frame));
export const ticked = () => frames().filter((frame) => frame.hasAttribute("data-ticked"));

export function neighbour(frame, step, all = frames()) {
  const at = all.indexOf(frame);
  return at < 0 ? all[0] : all[at + step];
}

// After a decision: the next in the order shown, at the end the previous, else it stays.
export function afterwards(frame) {
  const all = frames();
  return neighbour(frame, 1, all) ?? neighbour(frame, -1, all) ?? frame;
}

export function frame(chosen) {
  strip().querySelectorAll('.frame[aria-current="true"]').forEach((other) => {
    other.removeAttribute("aria-current");
  });
  chosen.setAttribute("aria-current", "true");
  chosen.scrollIntoView({ block: "nearest", inline: "nearest" });
}

const numbers = (text) => (text ? text.split(",").map(Number) : []);
export const pictureIn = ({ name, width, height, eyes, box }, src) => ({
  name, src, width: Number(width), height: Number(height), eyes: numbers(eyes), box: numbers(box),
});
export const pictureOf = (chosen) => pictureIn(chosen.dataset, chosen.querySelector(".pic img").getAttribute("src"));

// What a candidate is compared with: `source`, `hero`, or the id of another in the strip.
export function reference(against, chosen) {
  if (against === "hero") {
    const live = heroOf(typeOf(chosen));
    if (live?.element) return pictureOf(live.element);
    return live?.told && pictureIn(live.told.dataset, live.told.dataset.src);
  }
  const other = /^\d+$/.test(against) && frameOf(against);
  if (other && other.dataset.width) return pictureOf(other);
  const source = document.querySelector('[data-reference="source"]');
  return source && pictureIn(source.dataset, source.dataset.src);
}

// One hero of a type: the part of the one before says so itself a moment later.
export function dethrone(hero) {
  const others = frames().filter((one) => one !== hero && typeOf(one) === typeOf(hero));
  others.filter(isHero).forEach((one) => { part(one).dataset.hero = "no"; });
}

// The hero of a type as this page shows it: in the strip, else as it was told.
export function heroOf(type) {
  const all = frames().filter((one) => typeOf(one) === type);
  const element = all.find((one) => one.dataset.sent === "approve") ?? all.find(isHero);
  if (element) return { element, pk: pkOf(element) };
  const told = document.querySelector(`[data-reference="${CSS.escape(type)}"]`);
  return told && !frameOf(told.dataset.pk) ? { told, pk: told.dataset.pk } : null;
}
