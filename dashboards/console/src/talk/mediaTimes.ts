// Pure: when each coded frame of a burst was spoken, also where frames before it were lost.
import { MEDIA_TICKS_PER_FRAME } from "./packet";

/** Coders take frames one after the other and count them: Chromium's stamps gaps away. So each frame is told to it by its
 * number, which comes back as its time stamp, and its time is kept here. */
export class MediaTimes {
  private readonly spoken = new Map<number, number>();
  private submitted = 0;
  private first: number | undefined;
  /** Media time after all that was submitted. */
  private earliest = 0;
  /** Media time after all that came out. */
  next = 0;

  /** Note a frame that lies at `at` on the microphone's clock (48 kHz); its number. Where another microphone goes on, its
   * frames follow. */
  submit(at: number): number {
    if (this.first === undefined || at - this.first < this.earliest) this.first = at - this.earliest;
    this.spoken.set(this.submitted, at - this.first);
    this.earliest = at - this.first + MEDIA_TICKS_PER_FRAME;
    this.submitted += 1;
    return this.submitted - 1;
  }

  /** The media time (1/48000 s, from 0) of this frame; what a coder adds at its end follows on. */
  of(number: number): number {
    const mediaTime = this.spoken.get(number) ?? this.next;
    this.spoken.delete(number);
    this.next = mediaTime + MEDIA_TICKS_PER_FRAME;
    return mediaTime;
  }
}
