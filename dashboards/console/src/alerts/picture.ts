// Makes a picture small enough for the hub before it leaves the browser: a phone's photograph is past the hub's bound.

/** The hub keeps 640 px; twice that leaves it something to choose from. */
const SIDE_PX = 1_280;
/** A file below this goes as it is where the hub reads its kind. */
const AS_IT_IS_BYTES = 1 << 20;
const TAKEN: readonly string[] = ["image/jpeg", "image/png"];

/** The picture itself, or a smaller JPEG of it. Raises where the browser cannot read it. */
export async function smallEnough(file: Blob): Promise<Blob> {
  if (TAKEN.includes(file.type) && file.size <= AS_IT_IS_BYTES) return file;
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE_PX / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.85 });
}
