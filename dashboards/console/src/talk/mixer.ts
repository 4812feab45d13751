// The sound of each talk group on its way out: its volume, and after that what is left to hear of it, measured.
import { audio } from "./audio";
import { loudness } from "./loudness";

/** More groups than speak in an hour; the one that was silent longest goes. */
const MAX_STRIPS = 64;
const MEASURED_SAMPLES = 1024;
/** A volume moves within this time constant, so that it does not click. */
const GLIDE_S = 0.015;

interface Strip {
  volume: GainNode;
  meter: AnalyserNode;
}

export class Mixer {
  private readonly strips = new Map<string, Strip>();
  private readonly samples = new Float32Array(MEASURED_SAMPLES);

  /** `gainOf` says how loud a group is to sound, 0 to 1. */
  constructor(private readonly gainOf: (groupId: string) => number) {}

  /** Where the voice of a group goes; a call for help passes by the volume. */
  input(groupId: string, isEmergency: boolean): AudioNode {
    const strip = this.strips.get(groupId) ?? this.add(groupId);
    this.strips.delete(groupId);
    this.strips.set(groupId, strip);
    return isEmergency ? strip.meter : strip.volume;
  }

  /** Ask anew how loud each group is to sound. */
  refresh(): void {
    for (const [groupId, strip] of this.strips) {
      strip.volume.gain.setTargetAtTime(this.gainOf(groupId), audio().currentTime, GLIDE_S);
    }
  }

  /** What comes out of a group now, 0 to 1, behind its volume. */
  levelOf(groupId: string): number {
    const strip = this.strips.get(groupId);
    if (strip === undefined) return 0;
    strip.meter.getFloatTimeDomainData(this.samples);
    return loudness(this.samples);
  }

  private add(groupId: string): Strip {
    const volume = new GainNode(audio(), { gain: this.gainOf(groupId) });
    const meter = new AnalyserNode(audio(), { fftSize: MEASURED_SAMPLES });
    volume.connect(meter).connect(audio().destination);
    const strip = { volume, meter };
    const oldest = this.strips.entries().next();
    if (this.strips.size >= MAX_STRIPS && !oldest.done) {
      const [name, gone] = oldest.value;
      this.strips.delete(name);
      gone.volume.disconnect();
      gone.meter.disconnect();
    }
    return strip;
  }
}
