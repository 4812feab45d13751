// Pure: the coded pictures of a stretch that is played back, in decoding order, and where in them a decoder must begin.
import type { Picture } from "./records";

/** Coded bytes that are kept: at 2 Mbit/s over four minutes. The oldest group of pictures goes first. */
export const MOST_BYTES = 64 * 1024 * 1024;

export class Film {
  /** In decoding order; `base` is the number of the first, so that numbers stay when the oldest go. */
  private pictures: Picture[] = [];
  private base = 0;
  private bytes = 0;

  constructor(private readonly mostBytes = MOST_BYTES) {}

  /** The number after the last picture. */
  get end(): number {
    return this.base + this.pictures.length;
  }

  /** When the last picture was taken, microseconds; null where there is none. */
  get untilUs(): number | null {
    return this.pictures.at(-1)?.wallUs ?? null;
  }

  /** When the first picture that is kept was taken, microseconds; null where there is none. */
  get sinceUs(): number | null {
    return this.pictures[0]?.wallUs ?? null;
  }

  at(number: number): Picture | undefined {
    return this.pictures[number - this.base];
  }

  /** Keep a picture after the others; one from before the last (another place was asked for) begins the film anew. */
  add(picture: Picture): void {
    const last = this.pictures.at(-1);
    if (last !== undefined && picture.key && picture.wallUs <= last.wallUs) this.clear();
    if (this.pictures.length === 0 && !picture.key) return;
    this.pictures.push(picture);
    this.bytes += picture.data.byteLength;
    while (this.bytes > this.mostBytes && this.forgetOldest());
  }

  /** The number of the key picture from which the picture of that time can be decoded; null where there is none. */
  keyBefore(wallUs: number): number | null {
    for (let index = this.pictures.length - 1; index >= 0; index -= 1) {
      const picture = this.pictures[index];
      if (picture?.key === true && picture.wallUs <= wallUs) return this.base + index;
    }
    return this.pictures.length > 0 ? this.base : null;
  }

  clear(): void {
    this.base = this.end;
    this.pictures = [];
    this.bytes = 0;
  }

  private forgetOldest(): boolean {
    const next = this.pictures.findIndex((one, index) => index > 0 && one.key);
    if (next === -1) return false;
    for (const one of this.pictures.splice(0, next)) this.bytes -= one.data.byteLength;
    this.base += next;
    return true;
  }
}
