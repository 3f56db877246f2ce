// Decisions on their way: one after the other, each with what was seen when its key was pressed.
import { sentenceOf } from "../answers.js";
import { dethrone, frameOf, heroOf, isHero, pkOf, revisionOf, typeOf } from "./frames.js";

export const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const became = new Map(); // `id:revision` to the revision that this page's own decision made of it
let line = Promise.resolve();

// The header names one event, or has several with what they tell.
const triggersOf = (header) => (header.startsWith("{") ? JSON.parse(header) : { [header]: "" });

async function post(address, values) {
  let response;
  let text = "";
  try {
    response = await fetch(address, {
      method: "POST", body: new URLSearchParams(values()), headers: { "HX-Request": "true", "X-CSRFToken": token() },
    });
    text = await response.text();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // what fetch raises when nobody answers
    return { done: false, sentence: sentenceOf({ status: 0 }) };
  }
  if (response.redirected && new URL(response.url).pathname.startsWith("/sign-in")) location.reload();
  const told = triggersOf(response.headers.get("HX-Trigger") ?? "");
  const done = response.ok && !told.refused;
  const sentence = told.refused?.sentence ?? (response.ok ? "" : sentenceOf({ status: response.status, responseText: text }));
  return { done, text, told, sentence };
}

// Send when what was sent before has been answered, so that the studio hears keys in their order.
export function send(address, values = () => ({})) {
  line = line.then(() => post(address, values));
  return line;
}

// The sentences of an answer, as its toasts say them.
export function sentencesOf(text) {
  const page = document.createElement("template");
  page.innerHTML = text;
  return [...page.content.querySelectorAll(".toast p")].map((one) => one.textContent).join(" ");
}

// The live parts of an answer take their places, unless the page knows something newer.
export function apply(text) {
  const box = document.createElement("template");
  box.innerHTML = text;
  box.content.querySelectorAll(".card-live").forEach((part) => {
    const shown = document.getElementById(part.id);
    const revision = (one) => Number(one.querySelector('[name="revision"]').value);
    if (!shown || revision(shown) > revision(part)) return;
    part.removeAttribute("hx-swap-oob");
    shown.replaceWith(part);
  });
  return box.content;
}

// The revision that was seen, or what this page's own decisions made of it since.
export function revisionNow(pk, seen) {
  let revision = seen;
  while (became.has(`${pk}:${revision}`)) revision = became.get(`${pk}:${revision}`);
  return revision;
}

// One decision about one frame. The frame says at once what is on its way.
export async function decide(verb, frame, more = {}) {
  const pk = pkOf(frame);
  const seen = revisionOf(frame);
  const hero = heroOf(typeOf(frame))?.pk ?? "none";
  frame.dataset.sent = verb;
  let sent = seen;
  const answer = await send(`/variants/${pk}/${verb}/`, () => {
    sent = revisionNow(pk, seen);
    const all = Object.entries({ revision: sent, seen_hero: hero, ...more });
    return all.flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  });
  if (frame.dataset.sent === verb) delete frame.dataset.sent;
  if (answer.text && answer.told) apply(answer.text);
  const fresh = frameOf(pk);
  if (answer.done && fresh && revisionOf(fresh) > sent) became.set(`${pk}:${sent}`, sent + 1);
  if (answer.done && fresh && isHero(fresh)) dethrone(fresh);
  return { ...answer, verb, pk };
}
