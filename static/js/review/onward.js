// What leads on from the framed candidate: more of its kind, and the pages about it.
import { current, pkOf } from "./frames.js";
import { send, token } from "./sending.js";
import { tell } from "./showing.js";

export async function more() {
  const here = current();
  const answer = await send(`/variants/${pkOf(here)}/more/`);
  tell(answer.done ? `More like ${here.dataset.name} are on their way.` : answer.sentence);
}

export const open = (page) => location.assign(`/variants/${pkOf(current())}/${page}/`);

// An export is asked for by a form, and leads to the page of the editing.
export function exportIt() {
  const form = document.createElement("form");
  form.method = "post";
  form.action = `/variants/${pkOf(current())}/export/`;
  const field = form.appendChild(document.createElement("input"));
  field.type = "hidden";
  field.name = "csrfmiddlewaretoken";
  field.value = token();
  document.body.append(form);
  form.submit();
}
