// The microphone, kept warm once allowed: mono frames of 20 ms at 48 kHz, handed over only while somebody listens.
import { audio } from "./audio";
import captureUrl from "./capture.worklet.ts?worker&url";

export type MicrophoneState = "off" | "asking" | "ready" | "refused" | "missing" | "unsupported";

export class Microphone {
  state: MicrophoneState = "off";
  private opening: Promise<boolean> | undefined;

  constructor(
    private readonly onFrame: (samples: Float32Array<ArrayBuffer>) => void,
    private readonly onState: (state: MicrophoneState) => void,
  ) {}

  /** Ask for the microphone if it is not there yet; true when it is. */
  open(): Promise<boolean> {
    this.opening ??= this.start().finally(() => {
      if (this.state !== "ready") this.opening = undefined;
    });
    return this.opening;
  }

  private async start(): Promise<boolean> {
    if (!("AudioEncoder" in window) || !("mediaDevices" in navigator)) return this.set("unsupported");
    this.set("asking");
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      return this.set(error instanceof DOMException && error.name === "NotFoundError" ? "missing" : "refused");
    }
    await audio().audioWorklet.addModule(captureUrl);
    const capture = new AudioWorkletNode(audio(), "capture", {
      numberOfInputs: 1,
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
      channelInterpretation: "speakers",
    });
    capture.port.onmessage = (message: MessageEvent<Float32Array<ArrayBuffer>>) => this.onFrame(message.data);
    // The graph resamples and mixes down what the microphone gives (often 44.1 kHz stereo).
    audio().createMediaStreamSource(stream).connect(capture);
    for (const track of stream.getAudioTracks()) {
      track.onended = () => {
        this.opening = undefined;
        this.set("missing");
      };
    }
    return this.set("ready");
  }

  private set(state: MicrophoneState): boolean {
    this.state = state;
    this.onState(state);
    return state === "ready";
  }
}
