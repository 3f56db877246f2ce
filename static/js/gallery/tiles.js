// Fetching the cards of variants, what is in view first; what is no longer wanted is not waited for.
const PAGE = 60;
const under = new Set(); // the requests that are on their way
let address = "";
let arrive = null;

// `onArrival` is called with what was asked for and the cards that came, by id; null for no answer.
export function serve(of, onArrival) {
  [...under].forEach(({ control }) => control.abort());
  [address, arrive] = [of, onArrival];
}

export function want(pks) {
  const wanted = new Set(pks);
  for (const { asked, control } of under) {
    if (!asked.some((pk) => wanted.has(pk))) control.abort();
  }
  const coming = new Set([...under].flatMap(({ asked }) => asked));
  ask(pks.filter((pk) => !coming.has(pk)));
}

export function ask(pks) {
  for (let from = 0; from < pks.length; from += PAGE) fetchPage(pks.slice(from, from + PAGE));
}

async function fetchPage(asked) {
  const request = { asked, control: new AbortController() };
  const [of, take] = [address, arrive];
  under.add(request);
  try {
    const answer = await fetch(`${of}?ids=${asked.join(",")}`, { signal: request.control.signal });
    if (answer.redirected) location.reload();
    else take(asked, answer.ok ? cardsIn(await answer.text()) : null);
  } catch (error) {
    if (error.name !== "AbortError") take(asked, null);
  } finally {
    under.delete(request);
  }
}

function cardsIn(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return new Map([...box.content.children].map((card) => [Number(card.dataset.variant), card]));
}
