// Parts that keep themselves fresh: fetched anew every `data-poll-s` seconds, while somebody looks.
const fetched = new Map();

function poll() {
  if (document.hidden) return;
  document.querySelectorAll("[data-poll-s]").forEach((part) => {
    const now = performance.now();
    const last = fetched.get(part.id) ?? 0;
    if (now - last < Number(part.dataset.pollS) * 1000) return;
    fetched.set(part.id, now);
    window.htmx?.trigger(part, "poll");
  });
}

setInterval(poll, 1000);
document.addEventListener("visibilitychange", poll);
