// One file in a list: its name, what becomes of it, how far it is, and its buttons.
export class Row {
  constructor(template, name) {
    this.element = template.content.firstElementChild.cloneNode(true);
    this.part("name").textContent = name;
    this.part("cancel").addEventListener("click", () => this.onCancel?.());
    this.part("retry").addEventListener("click", () => this.onRetry?.());
    this.element.querySelectorAll("button").forEach((button) => button.append(unseen(` ${name}`)));
  }

  part(name) {
    return this.element.querySelector(`[data-row-${name}]`);
  }

  say(sentence, link = null) {
    this.part("say").replaceChildren(sentence, ...link ? [" ", anchor(link)] : []);
  }

  // `state` is a word for the person; `tone` one of the marks.
  is(state, tone) {
    this.part("word").textContent = state;
    this.element.querySelector(".mark").className = `mark mark-${tone}`;
    this.part("badge").hidden = !state;
  }

  progress(share) {
    const bar = this.part("bar");
    bar.hidden = share === null;
    if (share === null) return;
    bar.value = share;
    this.is(`${Math.floor(share * 100)} %`, "run");
  }

  // `word` is what the second button says, when it is not to try again.
  offers({ cancel = null, retry = null, word = "Try again" }) {
    const focused = this.element.contains(document.activeElement);
    this.onCancel = cancel;
    this.onRetry = retry;
    this.part("retry-word").textContent = word;
    this.part("cancel").hidden = !cancel;
    this.part("retry").hidden = !retry;
    if (focused) this.element.querySelector("button:not([hidden])")?.focus();
  }
}

function unseen(text) {
  const span = document.createElement("span");
  span.className = "unseen";
  span.textContent = text;
  return span;
}

function anchor({ words, url }) {
  const link = document.createElement("a");
  link.className = "link";
  link.href = url;
  link.textContent = words;
  return link;
}
