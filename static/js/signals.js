// Body events that live parts listen to, at most one of a kind every 200 ms.
const waiting = new Set();

export function fire(name, delay_ms = 200) {
  if (waiting.has(name)) return;
  waiting.add(name);
  setTimeout(() => {
    waiting.delete(name);
    window.htmx?.trigger(document.body, name);
  }, delay_ms);
}
