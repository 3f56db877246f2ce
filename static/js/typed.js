// What was typed into a form that met no session: there again after signing in, for the same person.
import { toast } from "./toasts.js";

const KEPT = "typed";
const { person } = document.body.dataset;
const isTyped = (field) => field.name && !["hidden", "file", "password", "submit"].includes(field.type);
const isTick = (field) => ["checkbox", "radio"].includes(field.type);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || !person) return;
  const fields = [...form.elements].filter(isTyped).map((field) => ({
    name: field.name, value: field.value, checked: field.checked,
  }));
  const kept = { person, page: location.pathname, form: form.getAttribute("action"), fields };
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
});

function bringBack({ form: action, fields }) {
  const form = [...document.querySelectorAll('form[method="post"]')].find((one) => one.getAttribute("action") === action);
  let isAny = false;
  for (const { name, value, checked } of fields) {
    const field = [...form?.elements ?? []].find((one) => one.name === name && (!isTick(one) || one.value === value));
    const key = field && (isTick(field) ? "checked" : "value");
    const was = key === "checked" ? checked : value;
    if (!field || field[key] === was) continue;
    field[key] = was;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    isAny = true;
  }
  if (isAny) toast("What you had typed is here again. Nothing of it is saved yet.", "warn");
}

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
if (person && kept) {
  sessionStorage.removeItem(KEPT);
  const came = document.referrer && new URL(document.referrer).pathname;
  if (kept.person === person && kept.page === location.pathname && came.startsWith("/sign-in/")) bringBack(kept);
}
