// Pure geometry: where an image lies in its view, for one zoom and pan that all views share.
// Lengths are CSS px; `zoom` 1 fits the image, or with `face` shows the faces at one scale.
const FACE_SHARE = 0.16; // of the view's shorter side between the eyes, at zoom 1
const EYE_LINE = -0.08; // of the view's height above its centre
export const MOST = 40;

// What zoom and pan count from: a point of the image, the length of a unit there, and a turn.
function ground(picture, view, face) {
  const [ax, ay, bx, by] = picture.eyes;
  if (face && picture.eyes.length === 4) {
    return {
      x: (ax + bx) / 2, y: (ay + by) / 2, turn: -Math.atan2(by - ay, bx - ax),
      unit: Math.hypot(bx - ax, by - ay), px: FACE_SHARE * Math.min(view.width, view.height),
      down: EYE_LINE * view.height,
    };
  }
  const unit = Math.max(picture.width / view.width, picture.height / view.height);
  return { x: picture.width / 2, y: picture.height / 2, turn: 0, unit, px: 1, down: 0 };
}

// How many CSS px one image px takes.
export function scaleOf(picture, view, room) {
  const { unit, px } = ground(picture, view, room.face);
  return (room.zoom * px) / unit;
}

// The zoom at which one image px is one px of the screen.
export function realZoom(picture, view, room, ratio) {
  const { unit, px } = ground(picture, view, room.face);
  return unit / px / ratio;
}

export function matrix(picture, view, room) {
  const { x, y, turn, down } = ground(picture, view, room.face);
  const scale = scaleOf(picture, view, room);
  const [cos, sin] = [Math.cos(turn) * scale, Math.sin(turn) * scale];
  const left = view.width / 2 - room.x * room.zoom - (cos * x - sin * y);
  const top = view.height / 2 + down - room.y * room.zoom - (sin * x + cos * y);
  return [cos, sin, -sin, cos, left, top];
}

// The pan that keeps what lies under a point (from the view's centre) where it is.
export function zoomedAt(room, zoom, point) {
  const next = Math.min(MOST, Math.max(1, zoom));
  if (next === 1 && !room.face) return { zoom: 1, x: 0, y: 0 };
  const keep = (pan, at) => pan + at / room.zoom - at / next;
  return { zoom: next, x: keep(room.x, point.x), y: keep(room.y, point.y) };
}
