// The viewer: images are decoded before they are shown, and all lie under one lens.
import { matrix, scaleOf } from "./lens.js";
import { room, viewer } from "./room.js";
import { style } from "../styling.js";

const KEEP = 24;
const W1280_PX = 1280;
const SVG = "http://www.w3.org/2000/svg";
const decoded = new Map(); // address to the promise of its image
let views = []; // what is shown: { figure, picture, image, name }
let held = null; // the source, to be laid over everything while a key is held
let latest = 0;

const addressOf = (picture, rendition) => picture.src.replace("/w512/", `/${rendition}/`);
const rectOf = (view) => ({ width: view.figure.clientWidth, height: view.figure.clientHeight });

function decode(address) {
  if (!decoded.has(address)) {
    const image = new Image();
    image.src = address;
    decoded.set(address, image.decode().then(() => image));
    decoded.get(address).catch(() => decoded.delete(address));
    while (decoded.size > KEEP) decoded.delete(decoded.keys().next().value);
  }
  return decoded.get(address);
}

// What cannot be fetched now is told when it is to be shown.
export function prefetch(pictures) {
  pictures.forEach((picture) => { decode(addressOf(picture, "w1280")).catch(() => null); });
}

function faceMark(picture) {
  const [x0, y0, x1, y1] = picture.box;
  const mark = document.createElementNS(SVG, "svg");
  mark.setAttribute("class", "face-box");
  mark.setAttribute("viewBox", `0 0 ${picture.width} ${picture.height}`);
  const rect = mark.appendChild(document.createElementNS(SVG, "rect"));
  Object.entries({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 }).forEach(([name, value]) => {
    rect.setAttribute(name, value);
  });
  return mark;
}

function view(number) {
  const known = viewer.querySelectorAll(".view")[number];
  if (known) return known;
  const figure = document.createElement("figure");
  figure.className = "view";
  figure.innerHTML = '<figcaption class="pane-labels"><span class="tag"></span></figcaption>';
  const all = viewer.querySelectorAll(".view");
  if (all.length) all[all.length - 1].after(figure);
  else viewer.prepend(figure);
  return figure;
}

function shownOf(image, picture) {
  const shown = image.cloneNode();
  Object.assign(shown, { alt: picture.name, width: picture.width, height: picture.height, decoding: "sync" });
  return shown;
}

function put(figure, { picture, label, framed, frame }, image) {
  figure.querySelectorAll("img, .lens").forEach((old) => old.remove());
  const lens = document.createElement("div");
  lens.className = "lens";
  const shown = shownOf(image, picture);
  lens.append(shown);
  if (picture.box.length === 4) lens.append(faceMark(picture));
  figure.prepend(lens);
  figure.querySelector(".tag").textContent = label;
  figure.classList.toggle("view-framed", Boolean(framed));
  figure.dataset.of = frame ?? "";
  return { figure, picture, lens, shown };
}

// Show these, all at once when all are decoded. False when something else is to be shown by then.
export async function show(wanted) {
  latest += 1;
  const mine = latest;
  viewer.setAttribute("aria-busy", "true");
  const images = await Promise.all(wanted.map((one) => decode(addressOf(one.picture, "w1280"))));
  if (mine !== latest) return false;
  views = wanted.map((one, number) => put(view(number), one, images[number]));
  views.forEach((one, number) => { one.figure.dataset.view = number; });
  [...viewer.querySelectorAll(".view")].slice(views.length).forEach((figure) => figure.remove());
  viewer.dataset.views = views.length;
  viewer.setAttribute("aria-busy", "false");
  draw();
  return true;
}

export async function hold(picture) {
  const image = await decode(addressOf(picture, "w1280"));
  held = put(viewer.querySelector(".held"), { picture, label: picture.name }, image);
}

// The whole file takes the place of the smaller one as soon as its pixels could be seen.
async function sharpen(one, scale) {
  const longest = Math.max(one.picture.width, one.picture.height);
  const enough = Math.min(1, W1280_PX / longest);
  if (one.whole || scale * window.devicePixelRatio <= enough) return;
  one.whole = true;
  const image = await decode(addressOf(one.picture, "display"));
  if (!views.includes(one) && one !== held) return;
  const shown = shownOf(image, one.picture);
  shown.dataset.whole = "yes";
  one.shown.replaceWith(shown);
  one.shown = shown;
  draw();
}

export function draw() {
  (held ? [...views, held] : views).forEach((one) => {
    const rect = rectOf(one);
    if (!rect.width) return;
    const scale = scaleOf(one.picture, rect, room);
    const { width, height } = one.picture;
    const place = matrix(one.picture, rect, room).join(",");
    const lens = `.viewer [data-view="${one.figure.dataset.view}"] .lens`;
    style(lens, `width: ${width}px; height: ${height}px; transform: matrix(${place})`);
    style(`${lens} img`, scale * window.devicePixelRatio >= 2 ? "image-rendering: pixelated" : "");
    sharpen(one, scale).catch(() => { one.whole = false; });
  });
}

export const framed = () => views.find((one) => one.figure.classList.contains("view-framed"));
export const rectOfFramed = () => framed() && rectOf(framed());
if (viewer) new ResizeObserver(draw).observe(viewer);
