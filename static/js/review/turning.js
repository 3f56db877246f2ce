// Undo and redo of one's own decisions on the character, as far back as the studio keeps them.
import { go, settle } from "./cursor.js";
import { frameOf } from "./frames.js";
import { merge } from "./merging.js";
import { root } from "./room.js";
import { send, sentencesOf } from "./sending.js";
import { tell } from "./showing.js";

// The cursor goes to what was turned, once the strip has it again.
export async function turn(verb) {
  const answer = await send(`/characters/${root.dataset.character}/${verb}/`);
  if (!answer.done) {
    tell(answer.sentence);
    return;
  }
  tell(sentencesOf(answer.text));
  merge(() => {
    go(answer.told.turned.ids.map(frameOf).find(Boolean));
    settle();
  });
}
