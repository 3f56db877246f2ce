// What the browser can say of a file before it is sent: first bytes, hash, size in pixels, folders.
const HEAD_BYTES = 1024;
export const UNREADABLE = "The file cannot be read any more. Choose it again.";
// What is larger is not read whole only to learn its hash and its size in pixels.
const MAX_READ_BYTES = 256 * 2 ** 20;

async function hashOf(file) {
  if (!crypto.subtle) return "";
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function headOf(file) {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}

async function sizeOf(file) {
  try {
    const picture = await createImageBitmap(file);
    const { width, height } = picture;
    picture.close();
    return { width, height };
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return {}; // no picture that this browser reads; the server says what it is
  }
}

export async function offer(file) {
  const said = { name: file.name, size: file.size };
  if (!file.size || file.size > MAX_READ_BYTES) return said;
  const [sha256, head, size] = [await hashOf(file), await headOf(file), await sizeOf(file)];
  return { ...said, sha256, head, ...size };
}

async function filesOfEntry(entry, at = "") {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => { entry.file(resolve, reject); });
    return [{ path: at + entry.name, file }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) return found;
    for (const one of some) found.push(...await filesOfEntry(one, `${at}${entry.name}/`));
  }
}

// The items are gone when the event is over: their entries are taken at once.
export async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ path: file.name, file }));
  return (await Promise.all(entries.map((entry) => filesOfEntry(entry)))).flat();
}

export const filesOfInput = (input) =>
  [...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
