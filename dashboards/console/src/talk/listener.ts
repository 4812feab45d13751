// Plays what others say: voice packets into Opus decoders, one for each burst, out through a small jitter buffer to where its group sounds.
import { audio } from "./audio";
import { FRAME_MS, MEDIA_CLOCK_HZ, STALE_AFTER_MS, type VoicePacket } from "./packet";
import { Playout, SenderClock } from "./playout";

/** As many bursts at once as there are talk groups (all, 4 kinds, 26 grids, 16 temporary ones); the oldest is closed. */
const MAX_BURSTS = 48;

export interface ListenerCounts {
  played: number;
  stale: number;
}

interface Sounding {
  decoder: AudioDecoder;
  output: AudioNode;
}

export class Listener {
  readonly counts: ListenerCounts = { played: 0, stale: 0 };
  private readonly clock = new SenderClock();
  private readonly bursts = new Map<number, Sounding>();

  /** Play one packet that came at `arrivedUs` on this machine's monotonic clock into `output`, where the burst's sound goes from then on. */
  play(packet: VoicePacket, arrivedUs: number, output: AudioNode): void {
    if (this.clock.ageMs(packet.bootId, packet.monotonicUs, arrivedUs) > STALE_AFTER_MS) {
      this.counts.stale += 1;
      return;
    }
    const sounding = this.bursts.get(packet.burstId) ?? this.begin(packet.burstId, output);
    sounding.output = output;
    const { decoder } = sounding;
    packet.frames.forEach((frame, index) => {
      const timestamp = Math.round((packet.mediaTime / MEDIA_CLOCK_HZ) * 1e6) + index * FRAME_MS * 1000;
      if (decoder.state !== "configured") return;
      decoder.decode(
        new EncodedAudioChunk({ type: "key", timestamp, duration: FRAME_MS * 1000, data: frame }),
      );
    });
    if (packet.last) this.end(packet.burstId);
  }

  /** No more comes of this burst; what is decoded already still plays. */
  end(burstId: number): void {
    const decoder = this.bursts.get(burstId)?.decoder;
    if (decoder === undefined) return;
    this.bursts.delete(burstId);
    if (decoder.state !== "configured") return;
    void decoder.flush().then(() => decoder.close(), () => undefined);
  }

  private begin(burstId: number, output: AudioNode): Sounding {
    const playout = new Playout();
    const decoder = new AudioDecoder({
      output: (data) => this.emit(data, playout, sounding.output),
      error: () => {
        this.bursts.delete(burstId);
        this.counts.stale += 1;
      },
    });
    decoder.configure({ codec: "opus", sampleRate: 48_000, numberOfChannels: 1 });
    const sounding = { decoder, output };
    this.bursts.set(burstId, sounding);
    const oldest = this.bursts.keys().next();
    if (this.bursts.size > MAX_BURSTS && !oldest.done) this.end(oldest.value);
    return sounding;
  }

  /** The data's time stamp is the packet's media time in microseconds. */
  private emit(data: AudioData, playout: Playout, output: AudioNode): void {
    const clock = audio();
    const atS = clock.state === "running" ? playout.schedule(data.timestamp, clock.currentTime) : null;
    if (atS === null) {
      this.counts.stale += 1;
      data.close();
      return;
    }
    const buffer = new AudioBuffer({ length: data.numberOfFrames, sampleRate: data.sampleRate, numberOfChannels: 1 });
    const samples = new Float32Array(data.numberOfFrames);
    data.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
    data.close();
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(clock, { buffer });
    source.connect(output);
    source.start(atS);
    this.counts.played += 1;
  }
}
