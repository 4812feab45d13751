// One talk burst going out: frames of the microphone into Opus, Opus into voice packets, the last one marked.
import type { Grant } from "./floor";
import { SAMPLE_RATE_HZ, type Frame } from "./frames";
import { MediaTimes } from "./mediaTimes";
import { encodePacket } from "./packet";

const FRAME_US = 20_000;
const BITRATE = 24_000;
/** Frames in the coder, which takes 0.5 ms for each: all that came while the page was busy for a second. Past it a frame is
 * left out, and leaves a gap. */
const MOST_QUEUED = 50;
/** A frame without sound: the table-of-contents byte alone, wideband, 20 ms, mono (RFC 6716, section 3.1). */
const SILENT_FRAME = Uint8Array.of(0x48);

interface Coded {
  frame: Uint8Array;
  /** In 1/48000 s from the burst's first frame. */
  mediaTime: number;
}

export class OutgoingBurst {
  private readonly encoder: AudioEncoder;
  private readonly times = new MediaTimes();
  private sent = 0;
  /** The frames that come out while closing: only after the last one is it known which is the last. */
  private held: Coded[] | undefined;

  /** `send` takes packet bytes; `onFailure` hears when the browser's encoder gives up. */
  constructor(
    private readonly grant: Grant,
    private readonly send: (packet: Uint8Array<ArrayBuffer>) => void,
    onFailure: (reason: string) => void,
  ) {
    this.encoder = new AudioEncoder({ output: (chunk) => this.take(chunk), error: (error) => onFailure(error.message) });
    this.encoder.configure({
      codec: "opus",
      sampleRate: SAMPLE_RATE_HZ,
      numberOfChannels: 1,
      bitrate: BITRATE,
      opus: { frameDuration: FRAME_US, application: "voip" },
    } as AudioEncoderConfig);
  }

  /** 20 ms of the microphone. */
  speak({ samples, at }: Frame): void {
    if (this.encoder.state !== "configured" || this.encoder.encodeQueueSize >= MOST_QUEUED) return;
    const data = new AudioData({
      format: "f32-planar",
      sampleRate: SAMPLE_RATE_HZ,
      numberOfChannels: 1,
      numberOfFrames: samples.length,
      timestamp: this.times.submit(at) * FRAME_US,
      data: samples,
    });
    this.encoder.encode(data);
    data.close();
  }

  /** Send what is still in the encoder, the last packet marked as such. */
  async finish(): Promise<void> {
    if (this.held !== undefined || this.encoder.state !== "configured") return;
    const held: Coded[] = [];
    this.held = held;
    await this.encoder.flush();
    this.encoder.close();
    // There is always one packet left to carry the mark.
    if (held.length === 0) held.push({ frame: SILENT_FRAME, mediaTime: this.times.next });
    held.forEach((coded, index) => this.sendFrame(coded, index === held.length - 1));
  }

  /** Stop at once; what is still in the encoder is thrown away. */
  abort(): void {
    if (this.encoder.state !== "closed") this.encoder.close();
  }

  private take(chunk: EncodedAudioChunk): void {
    const frame = new Uint8Array(chunk.byteLength);
    chunk.copyTo(frame);
    const coded = { frame, mediaTime: this.times.of(Math.round(chunk.timestamp / FRAME_US)) };
    if (this.held === undefined) this.sendFrame(coded, false);
    else this.held.push(coded);
  }

  private sendFrame({ frame, mediaTime }: Coded, last: boolean): void {
    const sequence = this.sent;
    this.sent += 1;
    this.send(
      encodePacket({
        callId: this.grant.callId,
        burstId: this.grant.burstId,
        sequence,
        mediaTime,
        bootId: this.grant.bootId,
        monotonicUs: Math.round(performance.now() * 1000),
        wallUs: Date.now() * 1000,
        last,
        frames: [frame],
      }),
    );
  }
}
