// Runs on the audio thread: cuts the microphone, already mono at 48 kHz, into frames of 20 ms, until it is told to end.
import { Frames } from "./frames";

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
/** Of the block that is being worked on, in samples. */
declare const currentFrame: number;

class Capture extends AudioWorkletProcessor {
  private readonly frames = new Frames();
  private isOver = false;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.isOver = true;
    };
  }

  process(inputs: Float32Array[][]): boolean {
    if (this.isOver) return false;
    const samples = inputs[0]?.[0];
    if (samples === undefined) return true;
    for (const frame of this.frames.take(samples, currentFrame)) {
      this.port.postMessage(frame, [frame.samples.buffer]);
    }
    return true;
  }
}

registerProcessor("capture", Capture);
