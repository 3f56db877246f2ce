// The inpainting page: brush and tools over the image, and the mask that goes with the form.
import { greyPng } from "./grey_png.js";
import { Painting } from "./painting.js";
import { toast } from "./toasts.js";

const PEN_ERASER = 5;
const form = document.querySelector("[data-inpaint]");
const easel = form.querySelector("[data-easel]");
const canvas = easel.querySelector("[data-easel-mask]");
const ring = easel.querySelector("[data-easel-ring]");
const tools = form.querySelector("[data-easel-tools]");
const slider = tools.querySelector("[data-brush-size]");
const covered = form.querySelector("[data-easel-covered]");
const file = form.querySelector("[data-mask-file] input");
const [width, height] = [Number(easel.dataset.width), Number(easel.dataset.height)];
const colour = getComputedStyle(document.documentElement).getPropertyValue("--color-accent").trim();
const painting = new Painting(canvas, width, height, colour);
const hand = { x: width / 2, y: height / 2, down: false };

form.classList.add("inpaint-painting");

const erases = () => tools.querySelector('[data-tool="erase"]').getAttribute("aria-pressed") === "true";
// The slider's upper half is for large areas: the size grows with its square.
const size = () => Math.max(2, Math.max(width, height) * 0.5 * (Number(slider.value) / 100) ** 2);
const painted = () => covered.dataset.covered && Number(covered.dataset.covered) > 0;

function tell() {
  const share = painting.coverage();
  covered.dataset.covered = share;
  const percent = share * 100;
  const said = percent < 1 ? "Under 1 %" : `${Math.round(percent)} %`;
  covered.textContent = share > 0 ? `${said} of the image will change` : "Nothing painted yet";
  tools.querySelector('[data-act="undo"]').disabled = !painting.canUndo;
  tools.querySelector('[data-act="redo"]').disabled = !painting.canRedo;
  tools.querySelector('[data-act="clear"]').disabled = share === 0;
}

function showRing(visible) {
  const circle = ring.firstElementChild;
  circle.setAttribute("cx", hand.x);
  circle.setAttribute("cy", hand.y);
  circle.setAttribute("r", size() / 2);
  ring.toggleAttribute("hidden", !visible);
}

// The image keeps its aspect in the canvas's box, so that there is room beside it or above it.
function place(event) {
  const box = canvas.getBoundingClientRect();
  const scale = Math.min(box.width / width, box.height / height);
  return {
    x: (event.clientX - box.left - (box.width - width * scale) / 2) / scale,
    y: (event.clientY - box.top - (box.height - height * scale) / 2) / scale,
  };
}

function drawn() {
  form.querySelectorAll('[name="mask_id"]:checked').forEach((tile) => { tile.checked = false; });
}

canvas.addEventListener("pointerdown", (event) => {
  if (!event.isPrimary || ![0, PEN_ERASER].includes(event.button)) return;
  canvas.setPointerCapture(event.pointerId);
  Object.assign(hand, place(event), { down: true });
  painting.begin(place(event), size(), erases() || event.button === PEN_ERASER);
  showRing(event.pointerType !== "touch");
  drawn();
});
canvas.addEventListener("pointermove", (event) => {
  if (!event.isPrimary) return;
  const passed = event.getCoalescedEvents?.() ?? [];
  if (hand.down) (passed.length ? passed : [event]).forEach((one) => painting.extend(place(one)));
  Object.assign(hand, place(event));
  showRing(event.pointerType !== "touch");
});
for (const name of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(name, () => {
    if (hand.down) tell();
    hand.down = false;
  });
}
canvas.addEventListener("pointerleave", () => showRing(false));
canvas.addEventListener("blur", () => showRing(false));
slider.addEventListener("input", () => {
  showRing(true);
});

function choose(tool) {
  tools.querySelectorAll("[data-tool]").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  });
}

function act(name) {
  painting[name]();
  drawn();
  tell();
}

tools.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.tool) choose(button.dataset.tool);
  else if (button?.dataset.act) act(button.dataset.act);
});

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function byHand(event) {
  const step = STEPS[event.key];
  if (step) {
    const by = Math.max(1, size() / 4);
    const before = { x: hand.x, y: hand.y };
    hand.x = Math.min(width, Math.max(0, hand.x + step[0] * by));
    hand.y = Math.min(height, Math.max(0, hand.y + step[1] * by));
    if (event.shiftKey) {
      painting.begin(before, size(), erases());
      painting.extend({ x: hand.x, y: hand.y });
    }
  } else if (event.key === " ") {
    painting.begin({ x: hand.x, y: hand.y }, size(), erases());
  } else return false;
  showRing(true);
  drawn();
  tell();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest("textarea, select, dialog, input:not([type=range], [type=radio])")) return;
  const key = event.key.toLowerCase();
  const withCtrl = event.ctrlKey || event.metaKey;
  if (withCtrl && key === "z" && !hand.down) act(event.shiftKey ? "redo" : "undo");
  else if (withCtrl || event.altKey) return;
  else if (event.target === canvas && byHand(event)) { /* painted or moved */ }
  else if (key === "b") choose("brush");
  else if (key === "e") choose("erase");
  else if (key === "i" && !event.repeat) act("invert");
  else if (key === "[" || key === "]") {
    slider.value = Number(slider.value) + (key === "[" ? -4 : 4);
    showRing(true);
  } else return;
  event.preventDefault();
});

form.addEventListener("change", async (event) => {
  const address = event.target.dataset?.mask;
  if (!address) return;
  const picture = new Image();
  picture.src = address;
  try {
    await picture.decode();
  } catch {
    toast("That mask could not be loaded. Reload the page, then try again.");
    return;
  }
  painting.fill(picture);
  tell();
});

// The painting becomes the form's mask file just before it is sent.
form.addEventListener("submit", async (event) => {
  if (form.dataset.masked) {
    delete form.dataset.masked;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  const carried = new DataTransfer();
  if (painted()) {
    const blob = await greyPng(width, height, painting.strips());
    carried.items.add(new File([blob], "mask.png", { type: "image/png" }));
  }
  file.files = carried.files;
  form.querySelectorAll('[name="mask_id"]').forEach((tile) => { tile.checked = false; });
  form.dataset.masked = "yes";
  setTimeout(() => form.requestSubmit(submitter)); // a form that is being submitted takes no other
}, true);

tell();
