// Forms: no double submit, the first error has the focus, the theme, the generate form's words.
import "./typed.js";

const byHtmx = (form, submitter) => form.hasAttribute("hx-post") || submitter?.hasAttribute("hx-post");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || byHtmx(form, event.submitter)) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("data-busy", "");
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
});

window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach((button) => {
      button.disabled = false;
      button.removeAttribute("data-busy");
    });
  });
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (!(form instanceof HTMLFormElement)) return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = "yes";
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt instanceof HTMLFormElement) delete event.detail.elt.dataset.sent;
});

document.querySelector('[aria-invalid="true"]')?.focus();

// Enter at a reason chooses it, as Space does: what is decided has a button of its own.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches(".reasons [type=checkbox]")) return;
  event.preventDefault();
  event.target.click();
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-theme-form]") || !event.submitter) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { value } = event.submitter;
  document.documentElement.dataset.theme = value;
  document.querySelectorAll("[data-theme-form] button").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.value === value));
  });
  await fetch(form.action, { method: "POST", body: new FormData(form, event.submitter), redirect: "manual", keepalive: true });
}, true);

// A choice applies at once; what is typed waits for Enter, so that nothing is taken from under it.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-choose] select")) event.target.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reset]");
  if (!button) return;
  const field = document.getElementById(button.dataset.reset);
  field.value = button.dataset.suggestion;
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// A suggestion that changed takes the place of the former one alone, and never while one types.
const suggested = new WeakMap();
document.addEventListener("htmx:load", (event) => {
  const button = event.detail.elt.querySelector?.("[data-suggestion]");
  const field = button && document.getElementById(button.dataset.reset);
  if (!field) return;
  const before = suggested.get(field);
  suggested.set(field, button.dataset.suggestion);
  if (before === undefined || field.value !== before || field === document.activeElement) return;
  field.value = button.dataset.suggestion;
});

const asking = document.querySelector("[data-generate]");
if (asking) {
  const word = asking.querySelector("[data-generate-word]");
  const count = asking.querySelector('[name="count"]');
  const tell = () => {
    const number = Number(count.value);
    word.textContent = number >= 1 ? `Generate ${number} ${number === 1 ? "candidate" : "candidates"}` : "Generate";
  };
  count.addEventListener("input", tell);
  tell();
}
