// Importing a folder: read its paths and hashes, show the plan, then send file by file.
const form = document.querySelector("[data-folder-import]");

const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const part = (name) => form.querySelector(`[data-folder-${name}]`);
let chosen = [];

async function ask(url, body) {
  const isForm = body instanceof FormData;
  const headers = { "X-CSRFToken": token(), Accept: "application/json" };
  if (!isForm) headers["Content-Type"] = "application/json";
  const answer = await fetch(url, { method: "POST", headers, body: isForm ? body : JSON.stringify(body) });
  const said = await answer.json();
  if (answer.status === 429 && answer.headers.has("Retry-After")) {
    const seconds = Number(answer.headers.get("Retry-After"));
    say(`That was quick: it goes on in ${seconds} s.`);
    await new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
    say("");
    return ask(url, body);
  }
  if (!answer.ok) throw new Error(said.detail || "That did not work. Try again.");
  return said;
}

async function hashOf(file) {
  if (!crypto.subtle || file.size > Number(form.dataset.maxBytes)) return "";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(sentence, isError = false) {
  const line = part("say");
  line.textContent = sentence;
  line.hidden = !sentence;
  line.classList.toggle("error", isError);
}

function rowOf(entry) {
  const row = part("row").content.firstElementChild.cloneNode(true);
  const cells = row.querySelectorAll("td");
  cells[0].textContent = entry.path;
  cells[1].textContent = entry.sentence || (entry.name ? `Source image of ${entry.name}` : "");
  cells[2].querySelector("[data-word]").textContent = form.dataset[entry.status] || entry.status;
  cells[2].querySelector(".mark").className = `mark mark-${{ planned: "none", done: "pass", skipped: "warn" }[entry.status] || "fail"}`;
  return row;
}

const wish = (dryRun) => ({
  entries: chosen.map(({ path, file, sha256 }) => ({ path, size: file.size, sha256 })),
  existing: form.elements.existing.value,
  dry_run: dryRun,
});

async function look() {
  if (!chosen.length) return;
  part("go").disabled = true;
  say("Reading the files.");
  for (const item of chosen) item.sha256 ??= await hashOf(item.file);
  const plan = await ask(form.dataset.api, wish(true));
  part("rows").replaceChildren(...plan.entries.map(rowOf));
  part("plan").hidden = false;
  const count = plan.counts.planned || 0;
  part("word").textContent = count === 1 ? "Import 1 file" : `Import ${count} files`;
  part("go").disabled = !count;
  say(count === chosen.length ? "" : `${chosen.length - count} of ${chosen.length} files are left out; the reason stands beside each.`);
}

async function sendAll() {
  part("go").disabled = true;
  const made = await ask(form.dataset.api, wish(false));
  const bar = part("bar");
  bar.hidden = false;
  bar.max = made.entries.length;
  const rows = [...part("rows").children];
  for (const [at, entry] of made.entries.entries()) {
    bar.value = at + 1;
    if (entry.status !== "planned") continue;
    const body = new FormData();
    body.append("path", entry.path);
    body.append("file", chosen[at].file, chosen[at].file.name);
    try {
      rows[at].replaceWith(rowOf(await ask(`${form.dataset.imports}${made.id}/files`, body)));
    } catch (error) {
      if (error instanceof TypeError) throw error;
      rows[at].replaceWith(rowOf({ ...entry, status: "refused", sentence: error.message }));
    }
  }
  location.assign(`/imports/${made.id}/`);
}

async function attempt(step) {
  try {
    await step();
  } catch (error) {
    say(error instanceof TypeError ? "The studio cannot be reached. Try again: what has arrived is kept." : error.message, true);
    part("go").disabled = false;
  }
}

async function filesOf(entry, at = "") {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => { entry.file(resolve, reject); });
    return [{ path: at + entry.name, file }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) return found;
    for (const one of some) found.push(...await filesOf(one, `${at}${entry.name}/`));
  }
}

if (form) {
  part("pick").addEventListener("change", (event) => {
    chosen = [...event.target.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    attempt(look);
  });
  form.elements.existing.addEventListener("change", () => attempt(look));
  part("go").addEventListener("click", () => attempt(sendAll));
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("drop-over"); });
  form.addEventListener("dragleave", () => form.classList.remove("drop-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("drop-over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    attempt(async () => {
      chosen = (await Promise.all(entries.map((entry) => filesOf(entry)))).flat();
      await look();
    });
  });
}
