// What an answer means that is not the fragment that was asked for: a sentence, or another page.
import { saySignedOut } from "./live.js";
import { toast } from "./toasts.js";

const UNREACHABLE = "The studio cannot be reached. Check the connection, then try again.";
const BY_STATUS = {
  403: "You may not do this.",
  404: "It is not there any more. Reload the page.",
  413: "That file is larger than the studio accepts.",
  429: "Too many requests in a short time. Wait a minute, then try again.",
};

const isPage = (text) => /^\s*<!doctype/i.test(text);

export function sentenceOf(xhr) {
  const text = xhr.responseText || "";
  if (!xhr.status) return UNREACHABLE;
  if (text.trimStart().startsWith("{")) {
    try {
      return JSON.parse(text).detail || "";
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  const said = page.querySelector("[data-sentence]")?.textContent.trim();
  return said || BY_STATUS[xhr.status] || "Something broke on our side. It is logged; try again.";
}

const byHand = (element) => element?.matches("form, button, a, input, select");

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const text = xhr.responseText || "";
  const asked = new URL(requestConfig.path || location.href, location.href).pathname;
  const came = xhr.responseURL ? new URL(xhr.responseURL).pathname : asked;
  if (isPage(text) && came !== asked) {
    event.detail.shouldSwap = false;
    // What the page asks by itself never takes away what a person is typing.
    if (came.startsWith("/sign-in") && !byHand(requestConfig.elt)) saySignedOut();
    else if (came.startsWith("/sign-in")) location.reload();
    else location.assign(xhr.responseURL);
    return;
  }
  if (xhr.status < 400) return;
  if (isPage(text) || !text.trimStart().startsWith("<")) {
    event.detail.shouldSwap = false;
    if (byHand(requestConfig.elt) && !requestConfig.elt.matches("[data-drop]")) toast(sentenceOf(xhr));
  }
});

document.addEventListener("htmx:sendError", (event) => {
  const element = event.detail.elt;
  if (byHand(element) && !element.matches("[data-drop]")) toast(UNREACHABLE);
});

let running = 0;
const mark = () => document.body.classList.toggle("busy", running > 0);
document.addEventListener("htmx:beforeSend", () => { running += 1; mark(); });
document.addEventListener("htmx:afterRequest", () => { running = Math.max(0, running - 1); mark(); });
