// For tests: what a browser has and Node has not, as far as talk needs it: a line that notes what is said on it, a microphone, a coder.
import { vi } from "vitest";

/** A line that is open and notes what is said on it. */
export class Socket {
  static readonly OPEN = 1;
  static latest: Socket;
  readonly readyState = Socket.OPEN;
  readonly said: unknown[] = [];
  onopen: () => void = () => undefined;
  onmessage: (message: { data: string }) => void = () => undefined;

  constructor() {
    Socket.latest = this;
  }

  send(text: string | Uint8Array): void {
    this.said.push(typeof text === "string" ? JSON.parse(text) : "voice");
  }

  /** The hub says this. */
  hear(word: object): void {
    this.onmessage({ data: JSON.stringify(word) });
  }

  close(): void {
    // The line is the test's own.
  }
}

/** A coder that has everything to code until it is told that it is done. */
export class Coder {
  static latest: Coder;
  state = "unconfigured";
  encodeQueueSize = 0;
  done: () => void = () => undefined;

  constructor() {
    Coder.latest = this;
  }

  configure(): void {
    this.state = "configured";
  }

  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.done = resolve;
    });
  }

  close(): void {
    this.state = "closed";
  }
}

class SilentAudio {
  readonly state = "suspended";
  resume = (): Promise<void> => Promise.resolve();
}

/** A page on which one may speak; undone by `vi.unstubAllGlobals()`. */
export function standIn(): void {
  const microphone = { getAudioTracks: () => [] };
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("AudioContext", SilentAudio);
  vi.stubGlobal("AudioEncoder", Coder);
  vi.stubGlobal("window", { AudioEncoder: Coder });
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: () => Promise.resolve(microphone) } });
  vi.stubGlobal("location", { protocol: "http:", host: "hub" });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
}
