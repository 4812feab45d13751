// Plays what others say: voice packets into Opus decoders, one for each burst, out through a small jitter buffer.
import { audio } from "./audio";
import { FRAME_MS, MEDIA_CLOCK_HZ, STALE_AFTER_MS, type VoicePacket } from "./packet";
import { Playout, SenderClock } from "./playout";

/** More bursts at once than the talk groups of a room can bring; the oldest is closed. */
const MAX_BURSTS = 12;

export interface ListenerCounts {
  played: number;
  stale: number;
}

interface Incoming {
  decoder: AudioDecoder;
  playout: Playout;
}

export class Listener {
  readonly counts: ListenerCounts = { played: 0, stale: 0 };
  private readonly clock = new SenderClock();
  private readonly bursts = new Map<number, Incoming>();

  /** Play one packet that came at `arrivedUs` on this machine's monotonic clock. */
  play(packet: VoicePacket, arrivedUs: number): void {
    if (this.clock.ageMs(packet.bootId, packet.monotonicUs, arrivedUs) > STALE_AFTER_MS) {
      this.counts.stale += 1;
      return;
    }
    const burst = this.bursts.get(packet.burstId) ?? this.begin(packet.burstId);
    packet.frames.forEach((frame, index) => {
      const timestamp = Math.round((packet.mediaTime / MEDIA_CLOCK_HZ) * 1e6) + index * FRAME_MS * 1000;
      if (burst.decoder.state !== "configured") return;
      burst.decoder.decode(
        new EncodedAudioChunk({ type: "key", timestamp, duration: FRAME_MS * 1000, data: frame }),
      );
    });
    if (packet.last) this.end(packet.burstId);
  }

  /** No more comes of this burst; what is decoded already still plays. */
  end(burstId: number): void {
    const burst = this.bursts.get(burstId);
    if (burst === undefined) return;
    this.bursts.delete(burstId);
    if (burst.decoder.state !== "configured") return;
    void burst.decoder.flush().then(() => burst.decoder.close(), () => undefined);
  }

  private begin(burstId: number): Incoming {
    const playout = new Playout();
    const decoder = new AudioDecoder({
      output: (data) => this.emit(data, playout),
      error: () => {
        this.bursts.delete(burstId);
        this.counts.stale += 1;
      },
    });
    decoder.configure({ codec: "opus", sampleRate: 48_000, numberOfChannels: 1 });
    const burst = { decoder, playout };
    this.bursts.set(burstId, burst);
    const oldest = this.bursts.keys().next();
    if (this.bursts.size > MAX_BURSTS && !oldest.done) this.end(oldest.value);
    return burst;
  }

  /** The data's time stamp is the packet's media time in microseconds. */
  private emit(data: AudioData, playout: Playout): void {
    const output = audio();
    const atS = output.state === "running" ? playout.schedule(data.timestamp, output.currentTime) : null;
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
    const source = new AudioBufferSourceNode(output, { buffer });
    source.connect(output.destination);
    source.start(atS);
    this.counts.played += 1;
  }
}
