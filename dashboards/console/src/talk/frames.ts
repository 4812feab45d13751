// Pure: cuts what a microphone gives into frames of 20 ms, each with its place on the microphone's own clock.

export const SAMPLE_RATE_HZ = 48_000;
export const FRAME_SAMPLES = 960;
/** How fast the microphone's time stamps are followed: they jitter by some ms, and drift against its samples. */
const FOLLOWED = 0.02;

export interface Frame {
  samples: Float32Array<ArrayBuffer>;
  /** Where its first sample lies, in samples; frames follow one another at FRAME_SAMPLES where nothing was lost. */
  at: number;
}

/** One microphone's. A gap of a frame or more leaves out whole frames; what was begun before it is thrown away. */
export class Frames {
  private samples = new Float32Array(FRAME_SAMPLES);
  private filled = 0;
  private at = 0;
  private expected: number | undefined;

  /** The frames that are complete with these samples, the first of which was captured at `at` (in samples). */
  take(samples: Float32Array, at: number): Frame[] {
    this.expected ??= at;
    const late = at - this.expected;
    const missing = Math.floor(late / FRAME_SAMPLES);
    if (missing > 0) {
      this.at += (missing + (this.filled > 0 ? 1 : 0)) * FRAME_SAMPLES;
      this.filled = 0;
      this.expected = at;
    } else {
      this.expected += late * FOLLOWED;
    }
    this.expected += samples.length;
    return this.cut(samples);
  }

  private cut(samples: Float32Array): Frame[] {
    const frames: Frame[] = [];
    let from = 0;
    while (from < samples.length) {
      const taken = Math.min(samples.length - from, FRAME_SAMPLES - this.filled);
      this.samples.set(samples.subarray(from, from + taken), this.filled);
      this.filled += taken;
      from += taken;
      if (this.filled === FRAME_SAMPLES) {
        frames.push({ samples: this.samples, at: this.at });
        this.samples = new Float32Array(FRAME_SAMPLES);
        this.filled = 0;
        this.at += FRAME_SAMPLES;
      }
    }
    return frames;
  }
}
