// Files of a list, sent one after the other; each can be cancelled, and tried again when it failed.
import { Lost, Refused } from "./asking.js";
import { UNREADABLE } from "./reading.js";
import { discard } from "./sending.js";

export class Line {
  // `send(item, options)` brings one item and resolves to its last sentence, `{ said, link }`.
  constructor(send, onEnd) {
    this.send = send;
    this.onEnd = onEnd;
    this.waiting = [];
    this.isRunning = false;
  }

  put(item) {
    item.row.is("Waits", "none");
    item.row.offers({ cancel: () => this.#leave(item) });
    this.waiting.push(item);
    if (!this.isRunning) this.#run();
  }

  #leave(item) {
    this.waiting = this.waiting.filter((one) => one !== item);
    item.row.progress(null);
    item.row.is("Cancelled", "none");
    item.row.offers({ retry: () => this.put(item) });
  }

  async #run() {
    this.isRunning = true;
    for (let item = this.waiting.shift(); item; item = this.waiting.shift()) await this.#one(item);
    this.isRunning = false;
    this.onEnd();
  }

  async #one(item) {
    const { row } = item;
    const control = new AbortController();
    let mine = null;
    row.offers({ cancel: () => control.abort() });
    row.say("");
    row.progress(0);
    try {
      const { said, link, state } = await this.send(item, {
        signal: control.signal,
        onBegun: (upload) => { mine = upload; },
        onProgress: (share) => row.progress(share),
        onWait: (sentence) => row.say(sentence),
      });
      item.isDone = true;
      row.is(state, "pass");
      row.say(said, link);
      row.offers({});
    } catch (error) {
      if (control.signal.aborted) {
        if (mine) discard(mine);
        this.#leave(item);
      } else if (error instanceof Refused || error instanceof Lost || error instanceof DOMException) {
        row.is("Refused", "fail");
        row.say(error instanceof DOMException ? UNREADABLE : error.message);
        row.offers(error.status < 500 ? {} : { retry: () => this.put(item) });
      } else {
        throw error;
      }
    } finally {
      row.progress(null);
    }
  }
}
