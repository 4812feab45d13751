// Pictures of reports that wait, in the browser's database: made small before they are kept, gone when they were sent.

const LONG_SIDE_PX = 1280;
const QUALITY = 0.8;
/** So many wait at most, of at most so many bytes each; one more is not taken, and the page says so. */
export const MOST_PICTURES = 30;
const MOST_BYTES = 1_500_000;
const STORE = "pictures";

/** A photo as JPEG with its long side within bounds, turned as it was taken. Raises where it is no picture. */
export async function smallPicture(photo: Blob): Promise<Blob> {
  const image = await createImageBitmap(photo);
  const scale = Math.min(1, LONG_SIDE_PX / Math.max(image.width, image.height));
  const canvas = new OffscreenCanvas(Math.round(image.width * scale), Math.round(image.height * scale));
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}

const settled = <Value>(request: IDBRequest<Value>): Promise<Value> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's database failed"));
  });

async function within<Value>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => Promise<Value>): Promise<Value> {
  const opening = indexedDB.open("qianshao-outbox", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  try {
    return await act(database.transaction(STORE, mode).objectStore(STORE));
  } finally {
    database.close();
  }
}

/** Keep one under its report's id; false where there is no room, or the browser keeps none. */
export async function keepPicture(messageId: string, picture: Blob): Promise<boolean> {
  if (picture.size > MOST_BYTES) return false;
  return within("readwrite", async (store) => {
    if ((await settled(store.count())) >= MOST_PICTURES) return false;
    await settled(store.put(picture, messageId));
    return true;
  }).catch(() => false);
}

/** Undefined for one that is not there. */
export const keptPicture = (messageId: string): Promise<Blob | undefined> =>
  within("readonly", (store) => settled<Blob | undefined>(store.get(messageId)));

/** One that stays behind costs a place and nothing else. */
export const dropPicture = (messageId: string): Promise<void> =>
  within("readwrite", (store) => settled(store.delete(messageId))).catch(() => undefined);
