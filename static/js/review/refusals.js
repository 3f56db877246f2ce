// What was refused: the sentence that says what changed, and what can be done now.
// It takes no key away: keys go on acting on the framed candidate.
const shelf = document.getElementById("refusals");
const ANEW = ["stale_revision", "hero_changed"];
const WORDS = { approve: ["Keep it", "Replace it"], other: ["Leave it", "Do it all the same"] };

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-small";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

// `show` brings the cursor to it, `again` decides anew, having seen the present state.
export function refuse({ pk, verb, sentence, told }, { show, again }) {
  const notice = document.createElement("div");
  notice.className = "notice notice-warn";
  notice.dataset.refused = pk;
  const said = document.createElement("p");
  said.className = "grow";
  said.textContent = `Candidate ${pk}: ${sentence}`;
  const leave = (act) => () => { notice.remove(); act?.(); };
  const [keep, replace] = WORDS[verb] ?? WORDS.other;
  const acts = [button(`Show candidate ${pk}`, () => show(pk))];
  const anew = ANEW.includes(told?.refused?.code);
  acts.push(button(anew ? keep : "Close", leave()));
  if (anew) acts.push(button(replace, leave(() => again(pk, verb))));
  notice.append(said, ...acts);
  shelf.querySelector(`[data-refused="${pk}"]`)?.remove();
  shelf.append(notice);
}
