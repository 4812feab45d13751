// One talk burst going out: frames of the microphone into Opus, Opus into voice packets, the last one marked.
import type { Grant } from "./floor";
import { encodePacket, MEDIA_TICKS_PER_FRAME } from "./packet";

const SAMPLE_RATE_HZ = 48_000;
const FRAME_US = 20_000;
const BITRATE = 24_000;

export class OutgoingBurst {
  private readonly encoder: AudioEncoder;
  private submitted = 0;
  private sent = 0;
  /** The frames that come out while closing: only after the last one is it known which is the last. */
  private held: Uint8Array[] | undefined;

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

  /** 20 ms of mono samples at 48 kHz. */
  speak(samples: Float32Array<ArrayBuffer>): void {
    if (this.encoder.state !== "configured") return;
    const data = new AudioData({
      format: "f32-planar",
      sampleRate: SAMPLE_RATE_HZ,
      numberOfChannels: 1,
      numberOfFrames: samples.length,
      timestamp: this.submitted * FRAME_US,
      data: samples,
    });
    this.submitted += 1;
    this.encoder.encode(data);
    data.close();
  }

  /** Send what is still in the encoder, the last packet marked as such. */
  async finish(): Promise<void> {
    if (this.held !== undefined || this.encoder.state !== "configured") return;
    const held: Uint8Array[] = [];
    this.held = held;
    // A frame of silence, so that there is always one packet left to carry the mark.
    this.speak(new Float32Array((SAMPLE_RATE_HZ * FRAME_US) / 1e6));
    await this.encoder.flush();
    this.encoder.close();
    held.forEach((frame, index) => this.sendFrame(frame, index === held.length - 1));
  }

  /** Stop at once; what is still in the encoder is thrown away. */
  abort(): void {
    if (this.encoder.state !== "closed") this.encoder.close();
  }

  private take(chunk: EncodedAudioChunk): void {
    const frame = new Uint8Array(chunk.byteLength);
    chunk.copyTo(frame);
    if (this.held === undefined) this.sendFrame(frame, false);
    else this.held.push(frame);
  }

  private sendFrame(frame: Uint8Array, last: boolean): void {
    const sequence = this.sent;
    this.sent += 1;
    this.send(
      encodePacket({
        callId: this.grant.callId,
        burstId: this.grant.burstId,
        sequence,
        mediaTime: sequence * MEDIA_TICKS_PER_FRAME,
        bootId: this.grant.bootId,
        monotonicUs: Math.round(performance.now() * 1000),
        wallUs: Date.now() * 1000,
        last,
        frames: [frame],
      }),
    );
  }
}
