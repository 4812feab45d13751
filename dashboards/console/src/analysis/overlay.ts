// Draws a look over the picture it belongs to, on a canvas of its own; in the worker that decodes.
import { COLOURS } from "./colours";
import { fitted, placed, placedPoint, type Size } from "./geometry";
import { moves, type Box, type Look } from "./look";
import type { Point } from "./matching";

/** Red, green, blue and how thick, of COLOURS.motion. */
const MOTION = [0x35, 0xc7, 0xff, 0x70];
const SHADE = "#000b";

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
    const whole: Box = { left: 0, top: 0, ...seen };
    const regions = look.isLooked && look.regions.length === 0 ? [whole] : look.regions;
    for (const region of regions) this.frame(context, placed(region, seen, shown), COLOURS.region, 2, [10, 6]);
    for (const track of look.tracks) {
      const trail = (trails.get(track.number) ?? []).map((point) => placedPoint(point, seen, shown));
      this.line(context, trail);
      const box = placed(track, seen, shown);
      this.frame(context, box, COLOURS.track, 4, track.seenNow ? [] : [3, 5]);
      this.label(context, `${track.number}`, { x: box.left, y: box.top }, COLOURS.track, 17);
    }
    for (const one of look.detections) {
      const box = placed(one, seen, shown);
      this.frame(context, box, COLOURS.detection, 1.5, []);
      this.label(context, one.score.toFixed(2), { x: box.left, y: box.top + box.height + 17 * this.scale }, COLOURS.detection, 13);
    }
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

  /** Words whose lower left corner is at `at`, kept inside the canvas. */
  private label(context: OffscreenCanvasRenderingContext2D, words: string, at: Point, colour: string, px: number): void {
    const height = px * this.scale;
    context.font = `700 ${height}px sans-serif`;
    const width = context.measureText(words).width + 8 * this.scale;
    const left = Math.min(Math.max(at.x, 0), this.canvas.width - width);
    const bottom = Math.min(Math.max(at.y, height * 1.25), this.canvas.height);
    context.fillStyle = SHADE;
    context.fillRect(left, bottom - height * 1.25, width, height * 1.25);
    context.fillStyle = colour;
    context.fillText(words, left + 4 * this.scale, bottom - height * 0.22);
  }
}
