// The drop zone: drop, paste or choose a file, see it at once, watch it travel.
import { sentenceOf } from "./answers.js";

const part = (form, name) => form.querySelector(`[data-drop-${name}]`);
const theForm = () => document.querySelector("form[data-drop]");

function complain(form, sentence) {
  const line = part(form, "error");
  line.textContent = sentence;
  line.hidden = !sentence;
}

function rest(form) {
  form.classList.remove("drop-busy");
  part(form, "progress").hidden = true;
}

function chosen(form) {
  const file = form.querySelector('[type="file"]').files[0];
  if (!file) return;
  complain(form, "");
  part(form, "name").textContent = file.name;
  const preview = part(form, "preview");
  if (preview.src) URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(file);
  preview.hidden = false;
  if (form.checkValidity()) form.requestSubmit();
  else form.querySelector("textarea:invalid, input:invalid")?.focus();
}

function take(form, files) {
  if (!files?.length || form.classList.contains("drop-busy")) return;
  const one = new DataTransfer();
  one.items.add(files[0]);
  form.closest("details")?.setAttribute("open", "");
  form.querySelector('[type="file"]').files = one.files;
  chosen(form);
}

document.addEventListener("htmx:load", (event) => {
  const { elt } = event.detail;
  const forms = elt.matches?.("form[data-drop]") ? [elt] : elt.querySelectorAll?.("form[data-drop]") ?? [];
  forms.forEach((form) => form.classList.add("drop-enhanced"));
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-drop]");
  if (form && event.target.type === "file") chosen(form);
});

document.addEventListener("paste", (event) => {
  const form = theForm();
  if (!form || event.target.closest("textarea, input")) return;
  const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  if (files.length) take(form, files);
});

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  const form = theForm();
  if (!form || !carriesFiles(event)) return;
  event.preventDefault();
  form.closest("details")?.setAttribute("open", "");
  form.classList.add("drop-over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) theForm()?.classList.remove("drop-over");
});
document.addEventListener("drop", (event) => {
  const form = theForm();
  if (!form || !carriesFiles(event)) return;
  event.preventDefault();
  form.classList.remove("drop-over");
  take(form, event.dataTransfer.files);
});

const ofDrop = (event) => event.detail.elt?.matches?.("form[data-drop]") && event.detail.elt;

document.addEventListener("htmx:beforeSend", (event) => {
  const form = ofDrop(event);
  if (!form) return;
  form.classList.add("drop-busy");
  part(form, "progress").hidden = false;
});
document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target.closest?.("form[data-drop]");
  if (!form || !event.detail.lengthComputable || form.dataset.arrived) return;
  const percent = Math.round((event.detail.loaded / event.detail.total) * 100);
  form.querySelector("progress").value = percent;
  part(form, "percent").textContent = `${percent} %`;
  if (percent < 100) return;
  form.dataset.arrived = "yes";
  part(form, "word").textContent = "Looking at the file";
  part(form, "percent").textContent = "";
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = ofDrop(event);
  if (!form) return;
  delete form.dataset.arrived;
  if (event.detail.successful || !form.isConnected) return;
  rest(form);
  complain(form, sentenceOf(event.detail.xhr));
});
