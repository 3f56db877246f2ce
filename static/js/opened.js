// Tells the studio which page was opened, and with which filters a list is left.
const { keepOpened } = document.body.dataset;
const list = document.querySelector("[data-leave]");

function tell(address, said) {
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  // A page that is left before the answer comes was opened all the same.
  fetch(address, { method: "POST", body: new URLSearchParams(said), headers, keepalive: true }).catch(() => {});
}

if (keepOpened) tell(keepOpened, { path: location.pathname });
if (list && location.search) tell(list.dataset.leave, { query: location.search });
