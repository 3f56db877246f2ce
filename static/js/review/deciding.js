// Deciding about the framed candidate; where the cursor goes is settled before the studio answers.
import { ask } from "../dialogs.js";
import { go, settle, toViewer } from "./cursor.js";
import { bringDesk } from "./deskside.js";
import { afterwards, current, frameOf, frames, isHero, isOpen, pkOf, revisionOf, statusOf, typeOf } from "./frames.js";
import { merge } from "./merging.js";
import { refuse } from "./refusals.js";
import { room } from "./room.js";
import { decide } from "./sending.js";
import { isShown, say, tell } from "./showing.js";

const DONE = { approve: "is the hero", reject: "is rejected", shortlist: "is on the shortlist", unshortlist: "is off the shortlist", reconsider: "is a candidate again", delete: "is in the trash", crown: "is the hero, the others are rejected" };
const ADVANCES = ["approve", "reject", "crown", "shortlist"];
const OF_CANDIDATES = ["approve", "reject", "crown"];
const TAKES_OTHERS = ["crown", "delete"];
const reasons = document.getElementById("review-reasons");
let asked = null; // the frame that the reasons are asked for

async function decideOn(here, verb, more) {
  const next = afterwards(here);
  const answering = decide(verb, here, more);
  if (room.advance && ADVANCES.includes(verb)) go(next);
  else say(here);
  const answer = await answering;
  if (answer.done) tell(`Candidate ${answer.pk} ${DONE[verb]}. Ctrl+Z undoes it.`);
  else refuse(answer, { show: (pk) => go(frameOf(pk)), again });
  if (current()) say(current());
  if (TAKES_OTHERS.includes(verb)) merge(settle);
  if (current() && pkOf(current()) === answer.pk) bringDesk();
}

// Decide anew on what was refused, having seen what it says now.
function again(pk, verb) {
  const one = frameOf(pk);
  if (one) decideOn(one, verb);
}

export function act(verb, more) {
  const here = current();
  if (!isShown(here)) return;
  if (OF_CANDIDATES.includes(verb) && !isOpen(here)) {
    tell(`${here.dataset.name} is not a candidate now, so it stays as it is.`);
    return;
  }
  decideOn(here, verb, more);
}

export async function crown() {
  const here = current();
  if (!isShown(here) || !isOpen(here)) return;
  const others = frames().filter((one) => one !== here && typeOf(one) === typeOf(here) && isOpen(one));
  const seen = others.map((one) => `${pkOf(one)}:${revisionOf(one)}`);
  const yes = await ask(`Make ${here.dataset.name} the hero and reject the ${others.length} other candidates?`, `Make hero, reject ${others.length}`);
  toViewer();
  if (yes && current() === here) act("crown", { other: seen });
}

export function clear() {
  const here = current();
  if (isShown(here)) act(statusOf(here) === "rejected" ? "reconsider" : "unshortlist");
}

export function trash() {
  const here = current();
  if (!isShown(here) || here.dataset.sent) return;
  if (isHero(here)) tell("It is the hero. Choose another hero first; then it can be deleted.");
  else decideOn(here, "delete");
}

export function askWhy() {
  asked = current();
  if (isShown(asked) && isOpen(asked)) reasons.showModal();
}

reasons.addEventListener("keydown", (event) => {
  const chips = [...reasons.querySelectorAll(".chip")];
  if (/^\d$/.test(event.key) && !event.repeat) chips[(Number(event.key) + 9) % 10]?.click();
});
// At once, for the event of closing comes later, when the cursor may be elsewhere.
reasons.addEventListener("submit", ({ submitter }) => {
  if (submitter.value && current() === asked) act("reject", { reason: submitter.value });
});
reasons.addEventListener("close", () => toViewer());
