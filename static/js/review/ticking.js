// Ticks: the explicit selection of a batch, and how many it is about.
import { settle, toViewer } from "./cursor.js";
import { current, pkOf, revisionOf, ticked } from "./frames.js";
import { merge } from "./merging.js";
import { room } from "./room.js";
import { revisionNow, send, sentencesOf } from "./sending.js";
import { showCurrent, tell } from "./showing.js";

const bar = document.getElementById("ticked");

export function tick(one = current()) {
  one.toggleAttribute("data-ticked");
  const count = ticked().length;
  bar.hidden = !count;
  bar.querySelector("[data-ticked-count]").textContent = `${count} ticked`;
  bar.querySelector('[data-batch="reject"] span').textContent = `Reject ${count}`;
  bar.querySelector('[data-batch="shortlist"] span').textContent = `Shortlist ${count}`;
  if (room.layout === "survey") showCurrent();
}

bar.addEventListener("click", async (event) => {
  const verb = event.target.closest("[data-batch]")?.dataset.batch;
  if (verb === undefined) return;
  const chosen = ticked();
  const seen = chosen.map((one) => [pkOf(one), revisionOf(one)]);
  chosen.forEach((one) => tick(one));
  toViewer();
  if (!verb) return;
  const answer = await send("/variants/batch/", () => [["verb", verb], ...seen.map(([pk, revision]) => ["pick", `${pk}:${revisionNow(pk, revision)}`])]);
  tell(answer.done ? sentencesOf(answer.text) : answer.sentence);
  merge(settle);
});
