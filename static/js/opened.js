// Tells the studio which page was opened, so that home and the palette can lead back to it.
const { keepOpened } = document.body.dataset;

if (keepOpened) {
  const body = new URLSearchParams({ path: location.pathname });
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  // A page that is left before the answer comes was opened all the same.
  fetch(keepOpened, { method: "POST", body, headers, keepalive: true }).catch(() => {});
}
