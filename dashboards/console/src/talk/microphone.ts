// The microphone, kept warm once allowed: mono frames of 20 ms at 48 kHz, handed over only while somebody listens.
import { audio } from "./audio";
import captureUrl from "./capture.worklet.ts?worker&url";
import { Frames, SAMPLE_RATE_HZ, type Frame } from "./frames";

export type MicrophoneState = "off" | "asking" | "ready" | "refused" | "missing" | "unsupported";

/** Chromium's way to a track's samples; TypeScript does not know it yet. */
declare class MediaStreamTrackProcessor {
  constructor(init: { track: MediaStreamTrack; maxBufferSize: number });
  readonly readable: ReadableStream<AudioData>;
}
/** Blocks of 10 ms that wait while the page is busy: a second. Past it the oldest goes, which leaves a gap. */
const MOST_WAITING = 100;

export class Microphone {
  state: MicrophoneState = "off";
  private opening: Promise<boolean> | undefined;
  private stream: MediaStream | undefined;
  /** Takes the microphone's way through the graph apart; one that has ended would go on giving silence into what another says. */
  private leaveGraph: (() => void) | undefined;

  constructor(
    private readonly onFrame: (frame: Frame) => void,
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
    this.stream = stream;
    const lost = (): boolean => this.lost(stream);
    try {
      for (const track of stream.getAudioTracks()) {
        track.onended = lost;
        if (isReadable(track)) void this.read(track, stream).catch(lost);
        else await this.throughGraph(stream);
      }
    } catch {
      return lost();
    }
    // One that was pulled out meanwhile has said so.
    return isLive(stream) && this.set("ready");
  }

  /** Nothing comes of this microphone any more: the next press asks for one anew. */
  private lost(stream: MediaStream): boolean {
    if (stream !== this.stream) return false;
    for (const track of stream.getTracks()) track.stop();
    this.stream = undefined;
    this.leaveGraph?.();
    this.leaveGraph = undefined;
    this.opening = undefined;
    return this.set("missing");
  }

  /** The track's own blocks, where they need no change: 18 ms sooner than through the audio graph. */
  private async read(track: MediaStreamTrack, stream: MediaStream): Promise<void> {
    const blocks = new MediaStreamTrackProcessor({ track, maxBufferSize: MOST_WAITING }).readable.getReader();
    const frames = new Frames();
    for (;;) {
      const { value: block, done } = await blocks.read();
      if (done) return;
      if (block.sampleRate !== SAMPLE_RATE_HZ || block.numberOfChannels !== 1) {
        block.close();
        await blocks.cancel();
        return this.throughGraph(stream);
      }
      const samples = new Float32Array(block.numberOfFrames);
      block.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      const at = (block.timestamp * SAMPLE_RATE_HZ) / 1e6;
      block.close();
      frames.take(samples, at).forEach(this.onFrame);
    }
  }

  /** The graph resamples and mixes down what the microphone gives (often 44.1 kHz stereo). */
  private async throughGraph(stream: MediaStream): Promise<void> {
    await audio().audioWorklet.addModule(captureUrl);
    if (!isLive(stream)) return;
    const capture = new AudioWorkletNode(audio(), "capture", {
      numberOfInputs: 1,
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: "explicit",
      channelInterpretation: "speakers",
    });
    capture.port.onmessage = (message: MessageEvent<Frame>) => this.onFrame(message.data);
    const source = audio().createMediaStreamSource(stream);
    source.connect(capture);
    this.leaveGraph = () => {
      source.disconnect();
      capture.port.onmessage = null;
      capture.port.postMessage("over");
    };
  }

  private set(state: MicrophoneState): boolean {
    this.state = state;
    this.onState(state);
    return state === "ready";
  }
}

function isLive(stream: MediaStream): boolean {
  return stream.getAudioTracks().every((track) => track.readyState === "live");
}

function isReadable(track: MediaStreamTrack): boolean {
  const { sampleRate, channelCount } = track.getSettings();
  return "MediaStreamTrackProcessor" in window && sampleRate === SAMPLE_RATE_HZ && channelCount === 1;
}
