// A mask as a list of steps on a canvas: painted is opaque, and every step can be taken back.
const LARGEST_PX = 4096; // of a canvas; what is larger is painted smaller, and scaled when sent
const STRIP_ROWS = 64;

export class Painting {
  constructor(canvas, width, height, colour) {
    const scale = Math.min(1, LARGEST_PX / Math.max(width, height));
    this.width = width;
    this.height = height;
    this.scale = scale;
    this.canvas = canvas;
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.colour = colour;
    this.steps = [];
    this.done = 0;
  }

  // Points and sizes are in px of the image.
  begin(point, size, erases) {
    this.#add({ kind: "stroke", points: [point], size, erases });
  }

  extend(point) {
    const step = this.steps[this.done - 1];
    step.points.push(point);
    this.#line(step, step.points.length - 2);
  }

  fill(picture) { this.#add({ kind: "picture", picture: this.#asAlpha(picture) }); }
  invert() { this.#add({ kind: "invert" }); }
  clear() { this.#add({ kind: "clear" }); }
  undo() { this.#goTo(this.done - 1); }
  redo() { this.#goTo(this.done + 1); }

  get canUndo() { return this.done > 0; }
  get canRedo() { return this.done < this.steps.length; }

  // The share that is painted, 0 to 1.
  coverage() {
    const { data } = this.context.getImageData(0, 0, this.canvas.width, this.canvas.height);
    let sum = 0;
    for (let place = 3; place < data.length; place += 4) sum += data[place];
    return sum / (255 * (data.length / 4));
  }

  // Levels of the mask in strips of rows at the image's own size.
  *strips() {
    const strip = document.createElement("canvas");
    strip.width = this.width;
    strip.height = STRIP_ROWS;
    const context = strip.getContext("2d", { willReadFrequently: true });
    for (let top = 0; top < this.height; top += STRIP_ROWS) {
      const rows = Math.min(STRIP_ROWS, this.height - top);
      context.clearRect(0, 0, this.width, STRIP_ROWS);
      context.drawImage(this.canvas, 0, -top, this.width, this.height);
      const { data } = context.getImageData(0, 0, this.width, rows);
      const levels = new Uint8Array(this.width * rows);
      for (let place = 0; place < levels.length; place += 1) levels[place] = data[place * 4 + 3];
      yield levels;
    }
  }

  #add(step) {
    this.steps.length = this.done;
    this.steps.push(step);
    this.done += 1;
    this.#draw(step);
  }

  #goTo(done) {
    this.done = Math.max(0, Math.min(this.steps.length, done));
    this.#wipe();
    this.steps.slice(0, this.done).forEach((step) => this.#draw(step));
  }

  #draw(step) {
    const { context, canvas } = this;
    if (step.kind === "stroke") {
      for (let at = 0; at < Math.max(1, step.points.length - 1); at += 1) this.#line(step, at);
    } else if (step.kind === "invert") {
      context.globalCompositeOperation = "source-out";
      context.fillStyle = this.colour;
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.globalCompositeOperation = "source-over";
    } else {
      this.#wipe();
      if (step.kind === "picture") context.drawImage(step.picture, 0, 0);
    }
  }

  #line(step, from) {
    const { context } = this;
    const [start, end] = [step.points[from], step.points[from + 1] ?? step.points[from]];
    context.globalCompositeOperation = step.erases ? "destination-out" : "source-over";
    context.strokeStyle = context.fillStyle = this.colour;
    context.lineWidth = step.size * this.scale;
    context.lineCap = "round";
    context.beginPath();
    if (start === end) { // a line without length has no caps
      context.arc(start.x * this.scale, start.y * this.scale, context.lineWidth / 2, 0, 2 * Math.PI);
      context.fill();
    } else {
      context.moveTo(start.x * this.scale, start.y * this.scale);
      context.lineTo(end.x * this.scale, end.y * this.scale);
      context.stroke();
    }
    context.globalCompositeOperation = "source-over";
  }

  #wipe() { this.context.clearRect(0, 0, this.canvas.width, this.canvas.height); }

  // A grey picture as our colour with the levels as its alpha.
  #asAlpha(picture) {
    const sheet = document.createElement("canvas");
    sheet.width = this.canvas.width;
    sheet.height = this.canvas.height;
    const context = sheet.getContext("2d", { willReadFrequently: true });
    context.drawImage(picture, 0, 0, sheet.width, sheet.height);
    const pixels = context.getImageData(0, 0, sheet.width, sheet.height);
    for (let place = 0; place < pixels.data.length; place += 4) pixels.data[place + 3] = pixels.data[place];
    context.putImageData(pixels, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = this.colour;
    context.fillRect(0, 0, sheet.width, sheet.height);
    return sheet;
  }
}
