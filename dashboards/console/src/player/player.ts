/**
 * One stream on one canvas, live or played back; on the page or in a worker (the canvas is then an OffscreenCanvas).
 *
 *     const player = new Player(canvas, () => look(player.state));
 *     player.feed(record);             // form, pictures and words, as they come from /ws/live or `…/pictures`
 *     player.showLive();               // the newest picture at once; so it begins
 *     player.playFrom(wallMs, rate);   // by the clock, from a moment of what was fed or will be; rate 0 shows that moment and stands
 *     player.pauseAt(wallMs); player.step(-1);
 *     player.atMs;                     // when the picture on the canvas was taken; player.fedUntilMs: how far it was fed
 *     player.close();
 *
 * Live, nothing is kept: a picture is decoded when it comes and drawn when it comes out, unless newer ones wait behind it; a
 * key picture begins anew where those before it are late (gate.ts). Played back, what is fed is kept coded (film.ts, 64 MiB,
 * the oldest goes) and decoded when the clock needs it, 4 images ahead, 4 behind and 8 under way (clocked.ts): whoever feeds looks at
 * `fedUntilMs` and stays some seconds before `atMs`, and calls `tick()` before each drawing of the screen. Cameras in sync
 * are players with the same `playFrom` in one turn; one that is `hungry` has the others paused by the page.
 */
import { Clocked } from "./clocked";
import { PictureDecoder, type Image } from "./decoder";
import { isDrawn, LiveGate } from "./gate";
import type { Footage, Form, Picture, Word } from "./records";

/** How a stream stands on its canvas; another object after each change. */
export interface PlayerState {
  form: Form | null;
  /** Whether this browser decodes the form; null until it has said so. */
  isDecoded: boolean | null;
  /** When the picture that is drawn was taken, by the hub's clock; null before the first of this stream. */
  atMs: number | null;
  /** By this machine's clock, when a picture came last. */
  cameAtMs: number | null;
  drawn: number;
  skipped: number;
  /** How often the decoder gave up and began anew. */
  errors: number;
  /** By this machine's clock, when it did so last. */
  failedAtMs: number | null;
  /** Something is missing in what is drawn, up to the next key picture. */
  isDamaged: boolean;
  /** Why there is nothing, until a picture comes. */
  word: Word | null;
  hungry: boolean;
}

const NOTHING: PlayerState = {
  form: null,
  isDecoded: null,
  atMs: null,
  cameAtMs: null,
  drawn: 0,
  skipped: 0,
  errors: 0,
  failedAtMs: null,
  isDamaged: false,
  word: null,
  hungry: false,
};

type Canvas = HTMLCanvasElement | OffscreenCanvas;
type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export class Player {
  state: PlayerState = NOTHING;
  /** Live: whether the picture taken at that moment is shown; null: the newest always is. */
  isShown: ((wallUs: number) => boolean) | null = null;
  private readonly context: Context | null;
  private readonly decoder: PictureDecoder;
  private readonly clocked: Clocked;
  private gate = new LiveGate();
  private isLive = true;
  private newestUs = 0;
  private cameOutUs = 0;
  private drawnAtMs = 0;

  constructor(
    private readonly canvas: Canvas,
    private readonly onState: () => void = () => undefined,
  ) {
    this.context = canvas.getContext("2d", { alpha: false }) as Context | null;
    this.decoder = new PictureDecoder({
      onImage: (image, wallUs) => (this.isLive ? this.showNewest(image, wallUs) : this.clocked.take(image, wallUs)),
      onError: () => this.turn({ errors: this.state.errors + 1, failedAtMs: Date.now() }),
    });
    this.clocked = new Clocked({
      decoder: this.decoder,
      onShow: (image, wallUs) => this.draw(image, wallUs),
      nowMs: () => performance.now(),
    });
  }

  get atMs(): number | null {
    return this.state.atMs;
  }

  /** Played back: when the last picture that was fed was taken. */
  get fedUntilMs(): number | null {
    const untilUs = this.clocked.film.untilUs;
    return untilUs === null ? null : untilUs / 1000;
  }

  /** Played back: when the first picture that is kept was taken; before it a step back shows nothing. */
  get fedSinceMs(): number | null {
    const sinceUs = this.clocked.film.sinceUs;
    return sinceUs === null ? null : sinceUs / 1000;
  }

  /** Of the picture on the canvas. */
  get widthPx(): number {
    return this.canvas.width;
  }

  get heightPx(): number {
    return this.canvas.height;
  }

  feed(record: Footage): void {
    if (record.kind === "form") this.begin(record);
    else if (record.kind === "word") this.turn({ word: record });
    else this.take(record);
  }

  showLive(): void {
    this.isLive = true;
    this.gate = new LiveGate();
    this.clocked.close();
    this.decoder.drop();
  }

  /** Raises RangeError for a rate below 0. */
  playFrom(wallMs: number, rate: number): void {
    if (rate < 0) throw new RangeError("a film runs forwards; it is stepped back");
    this.isLive = false;
    this.clocked.playFrom(Math.round(wallMs * 1000), rate);
    this.tick();
  }

  pauseAt(wallMs: number): void {
    this.clocked.standAt(Math.round(wallMs * 1000));
  }

  step(by: 1 | -1): void {
    this.clocked.step(by);
  }

  /** Show what is due by the clock. */
  tick(): void {
    if (this.isLive) return;
    this.clocked.work();
    if (this.clocked.isHungry !== this.state.hungry) this.turn({ hungry: this.clocked.isHungry });
  }

  /** Forget the stream; the last picture stays on the canvas until another comes. */
  reset(): void {
    this.decoder.close();
    this.clocked.close();
    this.gate = new LiveGate();
    this.turn(NOTHING);
  }

  close(): void {
    this.decoder.close();
    this.clocked.close();
  }

  private begin(form: Form): void {
    // Said again where a stream goes on: what waits in the decoder is of the same.
    if (this.decoder.isReady && JSON.stringify(form) === JSON.stringify(this.state.form)) return;
    this.clocked.film.clear();
    this.turn({ form, isDecoded: null });
    void this.decoder.begin(form).then((isDecoded) => {
      if (this.state.form !== form) return;
      this.turn({ isDecoded });
      this.tick();
    });
  }

  private take(picture: Picture): void {
    this.state = { ...this.state, cameAtMs: Date.now(), word: null };
    if (!this.isLive) {
      this.clocked.add(picture);
      this.tick();
      return;
    }
    const { waiting, waitingBytes } = this.decoder;
    const behindMs = (this.newestUs - this.cameOutUs) / 1000;
    const fate = this.gate.take(picture, { pictures: waiting, bytes: waitingBytes, ms: behindMs });
    this.newestUs = picture.wallUs;
    if (picture.key || picture.broken) this.state = { ...this.state, isDamaged: !picture.key };
    if (fate === "anew") {
      this.state = { ...this.state, skipped: this.state.skipped + waiting };
      this.decoder.drop();
    }
    if (fate === "drop") this.turn({ skipped: this.state.skipped + 1, isDamaged: false });
    else this.decoder.decode(picture);
  }

  private showNewest(image: Image, wallUs: number): void {
    this.cameOutUs = wallUs;
    const shows = this.isShown?.(wallUs) ?? isDrawn(this.decoder.waiting, performance.now() - this.drawnAtMs);
    if (shows) this.draw(image, wallUs);
    else this.state = { ...this.state, skipped: this.state.skipped + 1 };
    image.close();
  }

  private draw(image: Image, wallUs: number): void {
    const widthPx = "displayWidth" in image ? image.displayWidth : image.width;
    const heightPx = "displayHeight" in image ? image.displayHeight : image.height;
    if (this.canvas.width !== widthPx || this.canvas.height !== heightPx) {
      this.canvas.width = widthPx;
      this.canvas.height = heightPx;
    }
    this.context?.drawImage(image, 0, 0, widthPx, heightPx);
    this.drawnAtMs = performance.now();
    this.turn({ atMs: wallUs / 1000, drawn: this.state.drawn + 1 });
  }

  private turn(part: Partial<PlayerState>): void {
    this.state = { ...this.state, ...part };
    this.onState();
  }
}
