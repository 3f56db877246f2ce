// Asking the API: JSON there and back, a pause where it asks for one, progress of what is sent.
export class Refused extends Error {
  constructor(status, said) {
    super(said.detail || "That did not work. Try again.");
    this.status = status;
    this.code = said.code || "";
    this.said = said;
  }
}

export const UNREACHABLE = "The studio cannot be reached. It goes on as soon as it can.";
const IS_LOST = [0, 502, 504];
const STILL = "request_in_progress"; // the same request, sent before the line was lost

export class Lost extends Error {}

const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

function answerOf(xhr) {
  try {
    return JSON.parse(xhr.responseText || "{}");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return {};
  }
}

function once(method, url, body, { headers = {}, signal, onProgress }) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    const said = { Accept: "application/json", "X-CSRFToken": token(), ...headers };
    for (const [name, value] of Object.entries(said)) xhr.setRequestHeader(name, value);
    if (onProgress) xhr.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    xhr.addEventListener("loadend", () => {
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted) reject(signal.reason);
      else resolve(xhr);
    });
    const stop = () => xhr.abort();
    signal?.throwIfAborted();
    signal?.addEventListener("abort", stop);
    xhr.send(body);
  });
}

export async function ask(method, url, body, options = {}) {
  const plain = body && Object.getPrototypeOf(body) === Object.prototype;
  const headers = plain ? { "Content-Type": "application/json", ...options.headers } : options.headers;
  const sent = plain ? JSON.stringify(body) : body;
  for (;;) {
    const xhr = await once(method, url, sent, { ...options, headers });
    if (IS_LOST.includes(xhr.status)) throw new Lost(UNREACHABLE);
    if (xhr.status < 400) return answerOf(xhr);
    const said = answerOf(xhr);
    if (said.code === STILL) throw new Lost(UNREACHABLE);
    const wait_s = Number(xhr.getResponseHeader("Retry-After"));
    if (xhr.status !== 429 || !wait_s) throw new Refused(xhr.status, said);
    options.onWait?.(`That was quick: it goes on in ${wait_s} s.`);
    await pause(wait_s * 1000);
    options.signal?.throwIfAborted();
    options.onWait?.("");
  }
}
