// Bringing one file to the studio: looked at first, in parts when it is large, on after a lost line.
import { ask, Lost, pause, Refused } from "./asking.js";
import { offer } from "./reading.js";

// What is at most this large goes in one request.
const WHOLE_BYTES = 2 ** 20;
const WAITS_MS = [500, 1000, 2000, 4000];
const PART = "application/octet-stream";
const lookedAs = { source: new WeakMap(), variant: new WeakMap() };

export async function look(place, files) {
  const looked = lookedAs[place.purpose];
  const fresh = files.filter((file) => !looked.has(file));
  for (let at = 0; at < fresh.length; at += 100) {
    const some = fresh.slice(at, at + 100);
    const offered = [];
    for (const file of some) offered.push(await offer(file));
    const { files: told } = await ask("POST", `${place.url}/look`, { purpose: place.purpose, files: offered });
    told.forEach((said, number) => looked.set(some[number], { ...said, sha256: offered[number].sha256 }));
  }
  return files.map((file) => looked.get(file));
}

export const forget = (file) => Object.values(lookedAs).forEach((looked) => looked.delete(file));

async function again(step, { signal, onWait }) {
  for (let tried = 0; ; tried += 1) {
    try {
      const done = await step();
      onWait?.("");
      return done;
    } catch (error) {
      if (!(error instanceof Lost)) throw error;
      onWait?.(error.message);
      await pause(WAITS_MS[Math.min(tried, WAITS_MS.length - 1)]);
      signal?.throwIfAborted();
    }
  }
}

async function sendParts(place, file, sha256, options) {
  const announced = { purpose: place.purpose, name: file.name, size: file.size, sha256 };
  let upload = await again(() => ask("POST", place.url, announced, options), options);
  const mine = `/api/v1/uploads/${upload.id}`;
  options.onBegun?.(mine);
  while (upload.offset < file.size) {
    const { offset } = upload;
    const headers = { "Content-Type": PART, "Upload-Offset": String(offset) };
    const onProgress = (loaded) => options.onProgress?.((offset + loaded) / file.size);
    onProgress(0);
    const part = file.slice(offset, offset + upload.part_bytes);
    upload = await again(async () => {
      try {
        return await ask("PATCH", mine, part, { ...options, headers, onProgress });
      } catch (error) {
        // The part before arrived although its answer did not: the studio says where it stands.
        if (error instanceof Refused && error.code === "wrong_offset") return { ...upload, offset: error.said.offset };
        throw error;
      }
    }, options);
  }
  options.onProgress?.(1);
  return upload.id;
}

// The fields that stand for the file in a form: itself, or the id of what came in parts.
export async function bring(place, file, options = {}) {
  const [{ sha256 }] = await look(place, [file]);
  if (file.size <= WHOLE_BYTES || !sha256) return { file };
  return { upload: await sendParts(place, file, sha256, options) };
}

// A request that is sent again with its key is done once.
export const newKey = () => crypto.getRandomValues(new Uint32Array(4)).join("-");

export async function post(url, fields, { key, ...options } = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const headers = key ? { "Idempotency-Key": key } : {};
  const onProgress = fields.file && ((loaded) => options.onProgress?.(Math.min(1, loaded / fields.file.size)));
  return again(() => ask("POST", url, body, { ...options, headers, onProgress }), options);
}

export const discard = (mine) => ask("DELETE", mine).catch((error) => {
  if (!(error instanceof Lost || error instanceof Refused)) throw error; // it expires by itself
});
