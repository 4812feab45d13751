// Draws a look over the picture it belongs to, on a canvas of its own; in the worker that decodes.
import { COLOURS } from "./colours";
import { fitted, placed, placedPoint, type Size } from "./geometry";
import { isSure, moves, type Box, type Look } from "./look";
import type { Point } from "./matching";

/** Red, green, blue and how thick, of COLOURS.motion. */
const MOTION = [0x35, 0xc7, 0xff, 0x70];
const SHADE = "#000b";
/** How faint a detection is that is not sure. */
const FAINT = 0.4;
const LABEL_PX = 15;

export class Overlay {
  private readonly context: OffscreenCanvasRenderingContext2D | null;
  private readonly mask = new OffscreenCanvas(1, 1);
  private scale = 1;
  private isBlank = true;

  constructor(private readonly canvas: OffscreenCanvas) {
    this.context = canvas.getContext("2d");
  }

  /** In pixels of the screen, `scale` of which are one of the page. */
  resize(size: Size, scale: number): void {
    this.canvas.width = Math.max(1, size.width);
    this.canvas.height = Math.max(1, size.height);
    this.scale = scale;
  }

  clear(): void {
    if (!this.isBlank) this.context?.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.isBlank = true;
  }

  /** `trails` by track, `picture` is the size of the one that is shown. Answers how many boxes stand there. */
  draw(look: Look, picture: Size, trails: ReadonlyMap<number, readonly Point[]>): number {
    const { context } = this;
    if (context === null) return 0;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.isBlank = false;
    const shown = fitted(this.canvas, picture);
    const seen = { width: look.widthPx, height: look.heightPx };
    this.drawMotion(context, look, shown);
    context.save();
    context.beginPath();
    context.rect(shown.left, shown.top, shown.width, shown.height);
    context.clip();
    const whole: Box = { left: 0, top: 0, ...seen };
    const regions = look.isLooked && look.regions.length === 0 ? [whole] : look.regions;
    for (const region of regions) this.frame(context, placed(region, seen, shown), COLOURS.region, 2, [10, 6]);
    for (const track of look.tracks.filter((one) => isWithin(one, seen))) {
      const trail = (trails.get(track.number) ?? []).map((point) => placedPoint(point, seen, shown));
      this.line(context, trail);
      const box = placed(track, seen, shown);
      this.frame(context, box, COLOURS.track, 4, track.seenNow ? [] : [3, 5]);
      this.label(context, `${track.number}`, { x: box.left, y: box.top }, COLOURS.track, shown);
    }
    for (const one of [...look.detections].reverse()) {
      const box = placed(one, seen, shown);
      context.globalAlpha = isSure(one) ? 1 : FAINT;
      this.frame(context, box, COLOURS.detection, 1.5, []);
      if (isSure(one)) this.label(context, one.score.toFixed(2), { x: box.left, y: box.top + box.height }, COLOURS.detection, shown);
      context.globalAlpha = 1;
    }
    context.restore();
    return look.tracks.length + look.detections.length;
  }

  private drawMotion(context: OffscreenCanvasRenderingContext2D, { motion }: Look, shown: Box): void {
    const image = new ImageData(motion.columns, motion.rows);
    for (let cell = 0; cell < motion.columns * motion.rows; cell += 1) {
      if (moves(motion, cell)) image.data.set(MOTION, cell * 4);
    }
    this.mask.width = motion.columns;
    this.mask.height = motion.rows;
    this.mask.getContext("2d")?.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.mask, shown.left, shown.top, shown.width, shown.height);
  }

  private frame(context: OffscreenCanvasRenderingContext2D, box: Box, colour: string, width: number, dashes: number[]): void {
    context.strokeStyle = colour;
    context.lineWidth = width * this.scale;
    context.setLineDash(dashes.map((one) => one * this.scale));
    context.strokeRect(box.left, box.top, box.width, box.height);
  }

  private line(context: OffscreenCanvasRenderingContext2D, points: readonly Point[]): void {
    context.strokeStyle = COLOURS.track;
    context.lineWidth = 3 * this.scale;
    context.setLineDash([]);
    context.beginPath();
    for (const { x, y } of points) context.lineTo(x, y);
    context.stroke();
  }

  /** Words over a box's corner, moved as far as must be to stand within the picture. */
  private label(context: OffscreenCanvasRenderingContext2D, words: string, corner: Point, colour: string, shown: Box): void {
    const px = LABEL_PX * this.scale;
    const height = px * 1.25;
    context.font = `700 ${px}px sans-serif`;
    const width = context.measureText(words).width + px * 0.5;
    const left = Math.min(Math.max(corner.x, shown.left), shown.left + shown.width - width);
    const top = Math.min(Math.max(corner.y - height, shown.top), shown.top + shown.height - height);
    context.fillStyle = SHADE;
    context.fillRect(left, top, width, height);
    context.fillStyle = colour;
    context.fillText(words, left + px * 0.25, top + px);
  }
}

/** Whoever is followed may have left the picture. */
const isWithin = (box: Box, seen: Size): boolean =>
  box.left < seen.width && box.top < seen.height && box.left + box.width > 0 && box.top + box.height > 0;
