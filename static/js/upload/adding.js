// Files for a character: what each is to become is chosen in place, then they are sent one by one.
import { fire } from "../signals.js";
import { toast } from "../toasts.js";
import { ask } from "./asking.js";
import { Line } from "./line.js";
import { filesOfInput } from "./reading.js";
import { Row } from "./rows.js";
import { bring, look, newKey, post } from "./sending.js";

const states = new WeakMap();
const part = (form, name) => form.querySelector(`[data-adding-${name}]`);
const purposeOf = (form) => form.elements.as.value;
const placeOf = (form) => ({
  url: form.dataset.uploads.replace(/\/$/, ""),
  purpose: purposeOf(form),
});

function stateOf(form) {
  if (!states.has(form)) states.set(form, { items: [], line: new Line((...one) => send(form, ...one), () => ended(form)) });
  return states.get(form);
}

async function send(form, { file, purpose, type, key }, options) {
  const fields = await bring({ ...placeOf(form), purpose }, file, options);
  if (purpose === "variant") fields.variant_type = type;
  const made = await post(form.dataset[purpose], fields, { ...options, key });
  if (purpose === "source") return { state: "Added", said: `Source v${made.version}. The checks are running.` };
  return { state: "Added", said: "", link: { words: `Candidate ${made.id}`, url: `/variants/${made.id}/` } };
}

function ended(form) {
  const added = stateOf(form).items.filter((item) => item.isDone && !item.isTold);
  added.forEach((item) => { item.isTold = true; });
  if (!added.length) return;
  toast(added.length === 1 ? "1 file is added. The checks are running." : `${added.length} files are added. The checks are running.`, "pass");
  fire("refresh", 0);
  if (form.contains(document.activeElement) || document.activeElement === document.body) part(form, "close")?.focus();
}

function say(form, sentence) {
  part(form, "say").textContent = sentence;
  part(form, "say").hidden = !sentence;
}

const open = (form) => stateOf(form).items.filter((item) => !item.isSent && !item.isLeftOut);

function arrange(form) {
  const many = stateOf(form).items.filter((item) => !item.isSent).length > 1;
  const source = form.querySelector('[value="source"]');
  if (!source.hasAttribute("data-closed")) source.disabled = many;
  if (source.disabled && source.checked) form.querySelector('[value="variant"]').checked = true;
  part(form, "one").hidden = !many;
  const asSource = purposeOf(form) === "source";
  part(form, "type").hidden = asSource;
  const rights = part(form, "rights");
  if (rights) {
    rights.hidden = !asSource;
    rights.disabled = !asSource;
  }
}

// The same file further up in the list, unless it was refused there.
function twinOf(item, items) {
  const before = items.slice(0, items.indexOf(item));
  return before.find((one) => item.sha256 && one.sha256 === item.sha256 && !one.isRefused);
}

// What the studio says of each file, for what it is to become now.
async function judge(form) {
  const items = stateOf(form).items.filter((item) => !item.isSent);
  const told = await look(placeOf(form), items.map((item) => item.file));
  items.forEach((item, number) => {
    const { detail, known, offset, sha256 } = told[number];
    Object.assign(item, { sha256, isRefused: Boolean(detail) });
    const twin = twinOf(item, stateOf(form).items);
    item.isLeftOut = Boolean(detail || ((known || twin) && !item.anyway));
    item.row.offers({});
    if (detail) {
      item.row.is("Refused", "fail");
      item.row.say(detail);
    } else if (item.isLeftOut) {
      item.row.is("Left out", "warn");
      item.row.say(known ? "You have this already:" : `It is the same as ${twin.path}, further up.`, known);
      item.row.offers({ word: "Send it anyway", retry: () => { item.anyway = true; judge(form); } });
    } else {
      item.row.is("Ready", "none");
      item.row.say(offset ? `${Math.floor((offset / item.file.size) * 100)} % of it is here already.` : "");
    }
  });
  const count = open(form).length;
  part(form, "word").textContent = count > 1 ? `Add ${count} files` : "Add";
  part(form, "go").disabled = !count;
}

export async function add(form, found) {
  const { items } = stateOf(form);
  for (const { path, file } of found) {
    const row = new Row(part(form, "row"), path);
    part(form, "rows").append(row.element);
    items.push({ file, row, path, key: newKey() });
    row.is("Looking", "run");
  }
  arrange(form);
  await attempt(form, () => judge(form));
}

async function attempt(form, step) {
  try {
    say(form, "");
    await step();
  } catch (error) {
    say(form, error.message);
  }
}

async function begin(form) {
  const { line } = stateOf(form);
  const purpose = purposeOf(form);
  const rights = part(form, "rights");
  if (purpose === "source" && rights) {
    const { statement, source } = form.elements;
    await ask("POST", form.dataset.attest, { statement: statement.value, source: source.value });
    rights.remove();
  }
  const type = form.elements.variant_type.value;
  for (const item of open(form)) {
    Object.assign(item, { isSent: true, purpose, type });
    line.put(item);
  }
  part(form, "word").textContent = "Add";
  part(form, "go").disabled = true;
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-adding]");
  if (!form) return;
  if (event.target.type === "file") {
    const found = filesOfInput(event.target);
    event.target.value = "";
    add(form, found);
  } else if (event.target.name === "as") {
    arrange(form);
    attempt(form, () => judge(form));
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-adding]") || event.submitter?.formMethod === "dialog") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (open(form).length) attempt(form, () => begin(form));
}, true);
