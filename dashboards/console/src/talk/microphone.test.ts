// A microphone that fails or is pulled out is said to be missing, leaves nothing behind, and is asked for anew.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Microphone, type MicrophoneState } from "./microphone";

class Track {
  readyState = "live";
  onended: () => void = () => undefined;
  getSettings = (): MediaTrackSettings => settings;

  stop(): void {
    this.readyState = "ended";
  }

  pull(): void {
    this.stop();
    this.onended();
  }
}

class Source {
  isConnected = false;
  connect = (): void => void (this.isConnected = true);
  disconnect = (): void => void (this.isConnected = false);
}

class Worklet {
  readonly told: string[] = [];
  readonly port: { onmessage: ((message: { data: unknown }) => void) | null; postMessage: (word: string) => void };

  constructor() {
    this.port = { onmessage: null, postMessage: (word) => this.told.push(word) };
    worklets.push(this);
  }
}

const addModule = vi.fn<() => Promise<void>>();
let settings: MediaTrackSettings;
let tracks: Track[] = [];
let sources: Source[] = [];
let worklets: Worklet[] = [];

class Graph {
  readonly audioWorklet = { addModule };
  createMediaStreamSource(): Source {
    const source = new Source();
    sources.push(source);
    return source;
  }
}

function newMicrophone(): { microphone: Microphone; states: MicrophoneState[] } {
  const states: MicrophoneState[] = [];
  return { microphone: new Microphone(() => undefined, (state) => states.push(state)), states };
}

beforeEach(() => {
  settings = { sampleRate: 44_100, channelCount: 2 };
  [tracks, sources, worklets] = [[], [], []];
  addModule.mockReset().mockResolvedValue();
  const getUserMedia = (): Promise<unknown> => {
    const track = new Track();
    tracks.push(track);
    return Promise.resolve({ getAudioTracks: () => [track], getTracks: () => [track] });
  };
  vi.stubGlobal("window", { AudioEncoder: Object });
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
  vi.stubGlobal("AudioContext", Graph);
  vi.stubGlobal("AudioWorkletNode", Worklet);
});
afterEach(() => vi.unstubAllGlobals());

test("a microphone whose way into the page cannot be loaded is let go, and the next press asks anew", async () => {
  const { microphone, states } = newMicrophone();
  addModule.mockRejectedValueOnce(new Error("not there"));
  expect(await microphone.open()).toBe(false);
  expect([states, tracks[0]?.readyState]).toEqual([["asking", "missing"], "ended"]);
  expect(await microphone.open()).toBe(true);
  expect([microphone.state, tracks[1]?.readyState]).toEqual(["ready", "live"]);
});

test("a microphone that could be read at first and must go through the graph, which fails, is not ready", async () => {
  const { microphone, states } = newMicrophone();
  addModule.mockRejectedValueOnce(new Error("not there"));
  const stereo = { sampleRate: 48_000, numberOfChannels: 2, close: () => undefined };
  const blocks = { read: () => Promise.resolve({ value: stereo, done: false }), cancel: () => Promise.resolve() };
  class Processor {
    readonly readable = { getReader: () => blocks };
  }
  vi.stubGlobal("MediaStreamTrackProcessor", Processor);
  vi.stubGlobal("window", { AudioEncoder: Object, MediaStreamTrackProcessor: Processor });
  settings = { sampleRate: 48_000, channelCount: 1 };
  await microphone.open();
  await vi.waitFor(() => expect(microphone.state).toBe("missing"));
  expect([states.at(-1), tracks[0]?.readyState]).toEqual(["missing", "ended"]);
});

test("a microphone that is replaced gives nothing more, not even silence, into what the next one says", async () => {
  const { microphone } = newMicrophone();
  await microphone.open();
  tracks[0]?.pull();
  expect(microphone.state).toBe("missing");
  expect([sources[0]?.isConnected, worklets[0]?.port.onmessage, worklets[0]?.told]).toEqual([false, null, ["over"]]);
  await microphone.open();
  expect([sources[1]?.isConnected, worklets[1]?.told]).toEqual([true, []]);
});
