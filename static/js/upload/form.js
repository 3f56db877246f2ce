// A form with one file: checked when it is chosen, sent with progress, cancelled, tried again.
import { bring, discard, forget, look } from "./sending.js";
import { Lost, pause, Refused, UNREACHABLE } from "./asking.js";
import { UNREADABLE } from "./reading.js";
import { sentenceOf } from "../answers.js";

const part = (form, name) => form.querySelector(`[data-drop-${name}]`);
const inputOf = (form) => form.querySelector('[type="file"]');
const placeOf = (form) => ({
  url: form.dataset.uploads.replace(/\/$/, ""),
  purpose: form.dataset.purpose,
});
const states = new WeakMap();
const stateOf = (form) => states.get(form) ?? states.set(form, {}).get(form);

function complain(form, sentence, { again = false } = {}) {
  part(form, "error").textContent = sentence;
  part(form, "error").hidden = !sentence;
  part(form, "retry").hidden = !again;
}

function rest(form) {
  form.classList.remove("drop-busy");
  part(form, "progress").hidden = true;
  Object.assign(stateOf(form), { control: null, mine: null, arrived: false });
}

function tellProgress(form, share, word = "Uploading") {
  form.querySelector("progress").value = share * 100;
  part(form, "percent").textContent = share < 1 ? `${Math.round(share * 100)} %` : "";
  part(form, "word").textContent = share < 1 ? word : "Looking at the file";
}

function busy(form) {
  stateOf(form).cancelled = false;
  form.classList.add("drop-busy");
  part(form, "progress").hidden = false;
  complain(form, "");
}

function tellKnown(form, known) {
  const box = part(form, "known");
  box.hidden = !known;
  if (!known) return;
  const link = box.querySelector("a");
  link.textContent = known.words;
  link.href = known.url;
}

// Whether the file may be sent, by what the studio says of it; the sentence is its.
async function passes(form, file) {
  const [said] = await look(placeOf(form), [file]);
  if (inputOf(form).files[0] !== file) return false;
  tellKnown(form, said.detail || stateOf(form).anyway === file ? null : said.known);
  complain(form, said.detail);
  return !said.detail && (!said.known || stateOf(form).anyway === file);
}

function failed(form, error) {
  rest(form);
  if (error.name === "AbortError") return;
  if (error instanceof Lost) complain(form, UNREACHABLE, { again: true });
  else if (error instanceof Refused) complain(form, error.message, { again: error.status >= 500 });
  else if (error instanceof DOMException) complain(form, UNREADABLE);
  else throw error;
}

async function chosen(form, isDropped = false) {
  const file = inputOf(form).files[0];
  if (!file) return;
  complain(form, "");
  tellKnown(form, null);
  if (part(form, "name")) part(form, "name").textContent = file.name;
  const preview = part(form, "preview");
  if (preview) {
    if (preview.src) URL.revokeObjectURL(preview.src);
    preview.src = URL.createObjectURL(file);
    preview.hidden = false;
  }
  try {
    if (!await passes(form, file)) return;
  } catch (error) {
    failed(form, error);
    return;
  }
  const { dropAtOnce } = form.dataset;
  if (dropAtOnce !== "always" && !(isDropped && dropAtOnce === "dropped")) return;
  if (form.checkValidity()) form.requestSubmit();
  else form.querySelector("textarea:invalid, input:invalid")?.focus();
}

export function take(form, file) {
  if (form.classList.contains("drop-busy")) return;
  const one = new DataTransfer();
  one.items.add(file);
  form.closest("details")?.setAttribute("open", "");
  inputOf(form).files = one.files;
  chosen(form, true);
}

async function prepare(form, submitter) {
  const state = stateOf(form);
  const file = inputOf(form).files[0];
  state.control = new AbortController();
  try {
    if (!await passes(form, file)) return rest(form);
    busy(form);
    const brought = await bring(placeOf(form), file, {
      signal: state.control.signal,
      onBegun: (mine) => { state.mine = mine; },
      onProgress: (share) => tellProgress(form, share),
      onWait: (sentence) => { if (sentence) part(form, "word").textContent = sentence; },
    });
    form.elements.upload.value = brought.upload ?? "";
    inputOf(form).disabled = Boolean(brought.upload);
    await pause(0); // a form is not sent while the event of its sending goes on
    state.ready = true;
    form.requestSubmit(submitter);
    return null;
  } catch (error) {
    return failed(form, error);
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-drop]") || !inputOf(form)?.files.length) return;
  const state = stateOf(form);
  if (state.ready) {
    state.ready = false;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!state.control) prepare(form, event.submitter);
}, true);

document.addEventListener("htmx:load", (event) => {
  const { elt } = event.detail;
  const forms = elt.matches?.("form[data-drop]") ? [elt] : elt.querySelectorAll?.("form[data-drop]") ?? [];
  forms.forEach((form) => form.classList.toggle("drop-enhanced", Boolean(form.querySelector(".drop-zone"))));
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-drop]");
  if (form && event.target.type === "file") chosen(form);
});

document.addEventListener("click", (event) => {
  const form = event.target.closest("form[data-drop]");
  if (!form) return;
  const pressed = (name) => event.target.closest(`[data-drop-${name}]`);
  const state = stateOf(form);
  if (pressed("cancel")) {
    if (state.mine) discard(state.mine);
    state.control?.abort();
    state.cancelled = true;
    window.htmx?.trigger(form, "htmx:abort");
    restore(form);
    inputOf(form).focus();
  } else if (pressed("retry")) {
    forget(inputOf(form).files[0]);
    chosen(form);
  } else if (pressed("anyway")) {
    [state.anyway] = inputOf(form).files;
    chosen(form);
  }
});

function restore(form) {
  inputOf(form).disabled = false;
  form.elements.upload.value = "";
  rest(form);
}

const ofDrop = (event) => event.detail.elt?.matches?.("form[data-drop]") && event.detail.elt;

document.addEventListener("htmx:beforeSend", (event) => {
  const form = ofDrop(event);
  if (form) busy(form);
});
document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target.closest?.("form[data-drop]");
  const { lengthComputable, loaded, total } = event.detail;
  if (!form || !lengthComputable || stateOf(form).arrived) return;
  stateOf(form).arrived = loaded === total;
  tellProgress(form, form.elements.upload.value ? 1 : loaded / total);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = ofDrop(event);
  if (!form) return;
  const { successful, xhr } = event.detail;
  if (successful || !form.isConnected) return;
  restore(form);
  if (!stateOf(form).cancelled) complain(form, sentenceOf(xhr), { again: !xhr.status || xhr.status >= 500 });
});
