// Pure: where a part of vision's picture lies on the canvas over the picture that is shown.
import type { Box } from "./look";
import type { Point } from "./matching";

export interface Size {
  width: number;
  height: number;
}

/** The part of a canvas that a picture fills: as large as fits, in the middle, as CSS `object-fit: contain` has it. */
export function fitted(canvas: Size, picture: Size): Box {
  if (picture.width <= 0 || picture.height <= 0) return { left: 0, top: 0, width: 0, height: 0 };
  const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { left: (canvas.width - width) / 2, top: (canvas.height - height) / 2, width, height };
}

/** From pixels of the picture that vision saw (the small stream's, say) to the canvas. */
export function placedPoint({ x, y }: Point, seen: Size, shown: Box): Point {
  return { x: shown.left + (x / seen.width) * shown.width, y: shown.top + (y / seen.height) * shown.height };
}

export function placed(box: Box, seen: Size, shown: Box): Box {
  const from = placedPoint({ x: box.left, y: box.top }, seen, shown);
  const to = placedPoint({ x: box.left + box.width, y: box.top + box.height }, seen, shown);
  return { left: from.x, top: from.y, width: to.x - from.x, height: to.y - from.y };
}
