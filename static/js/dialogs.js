// Asking once before something is taken away, and the sheet of keys.
const box = document.getElementById("confirm");

// The page behind may be fetched anew while a dialog is open: the focus goes back by its id.
export function showSheet(dialog) {
  if (dialog.open) return;
  const before = document.activeElement;
  dialog.addEventListener("close", () => {
    if (!before.isConnected) document.getElementById(before.id)?.focus();
  }, { once: true });
  dialog.showModal();
}

export function ask(question, yes = "Yes") {
  if (!box) return Promise.resolve(true);
  box.querySelector("#confirm-question").textContent = question;
  box.querySelector("#confirm-yes").textContent = yes;
  box.returnValue = "no";
  showSheet(box);
  return new Promise((settle) => {
    box.addEventListener("close", () => settle(box.returnValue === "yes"), { once: true });
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.confirm || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(form.dataset.confirm, form.dataset.confirmYes)) {
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter);
  }
}, true);

export function showKeys() {
  const sheet = document.getElementById("key-sheet");
  if (sheet) showSheet(sheet);
}

document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement && event.target.matches(".sheet")) event.target.close("no");
});
