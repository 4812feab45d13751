// Coded pictures in, images out: the browser's own decoder, begun anew at a key picture after every error.
import type { Form, Picture } from "./records";

/** What can be drawn, and is closed at once when it is not needed any more: a decoder has few of them. */
export type Image = VideoFrame | ImageBitmap;

export interface DecoderParts {
  onImage: (image: Image, wallUs: number) => void;
  /** The decoder gave up; pictures are dropped up to the next key picture. */
  onError: () => void;
}

/** Bytes that wait while the browser is asked whether it decodes this at all. */
const MOST_HELD_BYTES = 8 * 1024 * 1024;
/** By codec: whether this browser decodes it. */
const known = new Map<string, boolean>();

const settings = (form: Form): VideoDecoderConfig => ({ codec: form.codec, optimizeForLatency: true });

async function isDecoded(form: Form): Promise<boolean> {
  if (form.coding === "mjpeg") return true;
  if (form.codec === "" || form.coding === "other" || typeof VideoDecoder === "undefined") return false;
  let answer = known.get(form.codec);
  if (answer === undefined) {
    answer = await VideoDecoder.isConfigSupported(settings(form)).then(
      (found) => found.supported === true,
      () => false,
    );
    known.set(form.codec, answer);
  }
  return answer;
}

/** Decodes one stream at a time. */
export class PictureDecoder {
  /** Pictures that were given and have not come out yet. */
  waiting = 0;
  waitingBytes = 0;
  private form: Form | null = null;
  private decoder: VideoDecoder | null = null;
  private needsKey = true;
  /** Null once the browser has said whether it decodes the form. */
  private held: Picture[] | null = null;
  private heldBytes = 0;
  private sizes: number[] = [];
  private round = 0;
  /** Which answer of the browser is waited for: of the form that was begun last. */
  private beginning = 0;

  constructor(private readonly parts: DecoderParts) {}

  /** Whether the browser decodes the form, and pictures go to its decoder as they are given. */
  get isReady(): boolean {
    return this.form !== null && this.held === null;
  }

  /** Decode this from now on; what waited of the form before is dropped. False where this browser does not decode it. */
  async begin(form: Form): Promise<boolean> {
    this.form = form;
    this.held = null;
    this.drop();
    this.held = [];
    this.heldBytes = 0;
    this.beginning += 1;
    const { beginning } = this;
    const answer = await isDecoded(form);
    if (beginning !== this.beginning) return true; // another form or the end came meanwhile: this answer is nobody's
    const held = this.held;
    this.held = null;
    if (!answer) {
      this.form = null;
      return false;
    }
    for (const picture of held ?? []) this.decode(picture);
    return true;
  }

  /** Takes a picture; before a key picture, and without a form, it goes to nothing. */
  decode(picture: Picture): void {
    const { form } = this;
    if (form === null) return;
    if (this.held !== null) {
      this.hold(this.held, picture);
      return;
    }
    if (this.needsKey && !picture.key) return;
    this.needsKey = false;
    this.waiting += 1;
    if (form.coding === "mjpeg") void this.decodeJpeg(picture);
    else this.decodeVideo(form, picture);
  }

  /** Drop what waits; the next key picture begins. */
  drop(): void {
    this.round += 1;
    if (this.held !== null) this.held.length = 0;
    this.needsKey = true;
    this.waiting = 0;
    this.waitingBytes = 0;
    this.sizes = [];
    const decoder = this.decoder;
    this.decoder = null;
    if (decoder !== null && decoder.state !== "closed") decoder.close();
  }

  close(): void {
    this.form = null;
    this.held = null;
    this.beginning += 1;
    this.drop();
  }

  private hold(held: Picture[], picture: Picture): void {
    this.heldBytes += picture.data.byteLength;
    if (this.heldBytes > MOST_HELD_BYTES || (picture.key && held.length > 0)) {
      held.length = 0;
      this.heldBytes = picture.data.byteLength;
    }
    held.push(picture);
  }

  private decodeVideo(form: Form, picture: Picture): void {
    try {
      this.decoder ??= this.make(form);
      this.decoder.decode(
        new EncodedVideoChunk({ type: picture.key ? "key" : "delta", timestamp: picture.wallUs, data: picture.data }),
      );
      this.sizes.push(picture.data.byteLength);
      this.waitingBytes += picture.data.byteLength;
    } catch {
      this.fail();
    }
  }

  private make(form: Form): VideoDecoder {
    const decoder: VideoDecoder = new VideoDecoder({
      output: (frame) => {
        if (decoder !== this.decoder) {
          frame.close();
          return;
        }
        this.waiting -= 1;
        this.waitingBytes -= this.sizes.shift() ?? 0;
        this.parts.onImage(frame, frame.timestamp);
      },
      error: () => {
        if (decoder === this.decoder) this.fail();
      },
    });
    decoder.configure(settings(form));
    return decoder;
  }

  private async decodeJpeg(picture: Picture): Promise<void> {
    const { round } = this;
    try {
      const image = await createImageBitmap(new Blob([picture.data], { type: "image/jpeg" }));
      if (round !== this.round) {
        image.close();
        return;
      }
      this.waiting -= 1;
      this.parts.onImage(image, picture.wallUs);
    } catch {
      if (round === this.round) this.fail();
    }
  }

  private fail(): void {
    this.drop();
    this.parts.onError();
  }
}
