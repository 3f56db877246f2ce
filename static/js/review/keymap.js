// Which key does what on the review page; the sheet of keys is made from it.
export const ACTIONS = [
  ["next", ["ArrowRight", "j"], "next"],
  ["previous", ["ArrowLeft", "k"], "previous"],
  ["approve", ["Enter"], "make hero"],
  ["crown", ["Shift+Enter"], "make hero, reject the other candidates"],
  ["reject", ["x"], "reject and advance"],
  ["reasons", ["Shift+x"], "reject with a reason: a digit picks it"],
  ["shortlist", ["p"], "shortlist"],
  ["clear", ["u"], "clear the flag"],
  ["undo", ["Ctrl+z"], "undo"],
  ["redo", ["Ctrl+Shift+z"], "redo"],
  ["grid", ["g"], "grid"],
  ["one", ["e"], "one large"],
  ["compare", ["c"], "compare"],
  ["survey", ["n"], "survey, up to six"],
  ["mode", ["m"], "next compare mode"],
  ["swap", ["`"], "swap A and B; hold for the source"],
  ["hero", ["d"], "the present hero as B"],
  ["nextOther", ["Shift+ArrowRight"], "next candidate as B"],
  ["previousOther", ["Shift+ArrowLeft"], "previous candidate as B"],
  ["real", ["z"], "100 % at the cursor, and back"],
  ["face", ["f"], "both faces at one scale and eye line"],
  ["fainter", ["["], "overlay: less of B"],
  ["stronger", ["]"], "overlay: more of B"],
  ["tick", [" "], "tick for a batch"],
  ["recipe", ["i"], "recipe and provenance"],
  ["history", ["h"], "version history"],
  ["more", ["r"], "generate more with this recipe"],
  ["export", ["w"], "export for editing"],
  ["inpaint", ["b"], "open in Inpaint"],
  ["trash", ["Delete"], "to the trash"],
  ["keys", ["?"], "this sheet"],
  ["up", ["Escape"], "one level up, same place"],
];
// What a key that is held down must not do over and over.
const REPEATS = ["next", "previous", "nextOther", "previousOther", "fainter", "stronger"];
const SHOWN = { ArrowRight: "→", ArrowLeft: "←", " ": "Space", Escape: "Esc", Delete: "Del" };

let own = {}; // what the person chose, by action
let byKey = new Map();
const keysOf = ([name, keys]) => own[name] ?? keys;

// Take a person's own keys in place of those that come; one key means one thing.
export function use(chosen) {
  own = chosen;
  byKey = new Map(ACTIONS.flatMap((action) => keysOf(action).map((key) => [key, action[0]])));
}

export const ownKeys = () => own;

// The person's keys with another one for an action, taken away from whatever had it.
export function changed(name, chord) {
  const next = { ...own, [name]: [chord] };
  ACTIONS.forEach((action) => {
    const kept = keysOf(action).filter((key) => key !== chord);
    if (action[0] !== name && kept.length < keysOf(action).length) next[action[0]] = kept;
  });
  return next;
}

// The name of a key as the map has it: letters small, with Ctrl (or Cmd) and Shift before them.
export function chordOf(event) {
  const letter = event.key.length === 1;
  const key = letter ? event.key.toLowerCase() : event.key;
  const cased = letter && key !== event.key.toUpperCase();
  const shift = event.shiftKey && (!letter || cased);
  return `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${shift ? "Shift+" : ""}${key}`;
}

// What a key press asks for; nothing while it repeats, but for moving about.
export function actionOf(event) {
  const name = event.altKey ? undefined : byKey.get(chordOf(event));
  return event.repeat && !REPEATS.includes(name) ? undefined : name;
}

export const isKnown = (event) => !event.altKey && byKey.has(chordOf(event));

const label = (chord) => (chord === " " ? chord : chord.replaceAll("+", "\n")).split("\n")
  .map((key) => SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key)).join(" ");

export function fillSheet(list) {
  list.replaceChildren(...ACTIONS.map((action) => {
    const row = document.createElement("div");
    const shown = row.appendChild(document.createElement("dt"));
    const keys = keysOf(action);
    (keys.length ? keys : ["none"]).forEach((chord) => {
      const cap = shown.appendChild(document.createElement("button"));
      cap.type = "button";
      cap.className = "kbd";
      cap.dataset.remap = action[0];
      cap.textContent = label(chord);
      cap.title = `Choose another key: ${action[2]}`;
    });
    row.appendChild(document.createElement("dd")).textContent = action[2];
    return row;
  }));
}
