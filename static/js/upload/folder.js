// Importing a folder: read its paths and hashes, show the plan, then send file by file.
import { ask, Refused } from "./asking.js";
import { Line } from "./line.js";
import { filesOfInput, offer } from "./reading.js";
import { Row } from "./rows.js";
import { bring, newKey, post } from "./sending.js";

const part = (form, name) => form.querySelector(`[data-folder-${name}]`);
const TONES = { planned: "none", done: "pass", skipped: "warn" };
const states = new WeakMap();
const stateOf = (form) => states.get(form) ?? states.set(form, { chosen: [] }).get(form);
const placeOf = (form) => ({ url: form.dataset.uploads.replace(/\/$/, ""), purpose: "source" });

function say(form, sentence, isError = false) {
  const line = part(form, "say");
  line.textContent = sentence;
  line.hidden = !sentence;
  line.classList.toggle("error", isError);
}

// A single file is a character of its own name, as without a script.
const inFolder = (path) => (path.includes("/") ? path : `${path.replace(/\.[^.]*$/, "")}/${path}`);

function rowOf(form, entry) {
  const row = new Row(part(form, "row"), entry.path);
  row.say(entry.sentence || (entry.name ? `Source image of ${entry.name}` : ""));
  row.is(form.dataset[entry.status] || entry.status, TONES[entry.status] || "fail");
  return row;
}

const wish = (form, dryRun) => ({
  entries: stateOf(form).chosen.map(({ path, file, sha256 }) => ({ path, size: file.size, sha256 })),
  existing: form.elements.existing.value,
  dry_run: dryRun,
});

async function look(form) {
  const { chosen } = stateOf(form);
  if (!chosen.length) return;
  part(form, "go").disabled = true;
  say(form, "Reading the files.");
  for (const item of chosen) item.sha256 ??= (await offer(item.file)).sha256 ?? "";
  const plan = await ask("POST", form.dataset.api, wish(form, true));
  const rows = plan.entries.map((entry) => rowOf(form, entry));
  part(form, "rows").replaceChildren(...rows.map((row) => row.element));
  part(form, "plan").hidden = false;
  const count = plan.counts.planned || 0;
  part(form, "word").textContent = count === 1 ? "Import 1 file" : `Import ${count} files`;
  part(form, "go").disabled = !count;
  const left = chosen.length - count;
  say(form, left ? `${left} of ${chosen.length} files are left out; the reason stands beside each.` : "");
}

async function sendAll(form) {
  const { chosen } = stateOf(form);
  part(form, "go").disabled = true;
  form.elements.existing.disabled = true;
  const made = await ask("POST", form.dataset.api, wish(form, false));
  const result = `/imports/${made.id}/`;
  const send = async ({ entry, file, key }, options) => {
    const fields = { path: entry.path, ...await bring(placeOf(form), file, options) };
    const done = await post(`${form.dataset.imports}${made.id}/files`, fields, { ...options, key });
    return { state: form.dataset.done, said: "", link: { words: done.name, url: `/characters/${done.character}/` } };
  };
  const items = made.entries.map((entry, at) => ({ entry, file: chosen[at].file, row: rowOf(form, entry), key: newKey() }));
  part(form, "rows").replaceChildren(...items.map(({ row }) => row.element));
  const open = items.filter(({ entry }) => entry.status === "planned");
  const ended = () => {
    const left = open.filter((item) => item.row.onRetry).length;
    if (!left) return location.assign(result);
    part(form, "result").href = result;
    part(form, "result").hidden = false;
    return say(form, `${left} of ${open.length} files were not sent. Try them again here, or import the folder again later.`);
  };
  const line = new Line(send, ended);
  open.forEach((item) => line.put(item));
}

async function attempt(form, step) {
  try {
    await step();
  } catch (error) {
    say(form, error.message, true);
    part(form, "go").disabled = !stateOf(form).chosen.length;
    if (!(error instanceof Refused) && error.name === "TypeError") throw error;
  }
}

export function plan(form, found) {
  stateOf(form).chosen = found.map(({ path, file }) => ({ path: inFolder(path), file }));
  return attempt(form, () => look(form));
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-folder-import]");
  if (!form) return;
  if (event.target.matches("[data-folder-pick]")) plan(form, filesOfInput(event.target));
  else if (event.target.name === "existing") attempt(form, () => look(form));
});

document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-folder-import]");
  if (form && event.target.closest("[data-folder-go]")) attempt(form, () => sendAll(form));
});
