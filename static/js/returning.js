// An edited file comes back: dropped on the page or pasted it goes at once, a chosen one waits.
const form = document.querySelector("form[data-returned]");
const field = form?.querySelector('[type="file"]');
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

function show() {
  const [file] = field.files;
  form.querySelector("[data-returned-name]").textContent = file?.name ?? "Choose a file";
  const preview = form.querySelector("[data-returned-preview]");
  if (preview.src) URL.revokeObjectURL(preview.src);
  preview.hidden = !file;
  if (file) preview.src = URL.createObjectURL(file);
}

function take(files) {
  if (!files?.length || form.dataset.sent) return;
  const one = new DataTransfer();
  one.items.add(files[0]);
  field.files = one.files;
  show();
  if (form.checkValidity()) form.requestSubmit(form.querySelector('[type="submit"]'));
  else form.reportValidity();
}

if (form) {
  form.classList.add("drop-enhanced");
  field.addEventListener("change", show);
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    form.classList.add("drop-over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) form.classList.remove("drop-over");
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    form.classList.remove("drop-over");
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (event.target.closest("textarea, input:not([type=file])")) return;
    take([...event.clipboardData.files].filter((file) => file.type.startsWith("image/")));
  });
}
