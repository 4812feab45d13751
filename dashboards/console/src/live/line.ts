// The websocket /ws/live, kept by the worker: the list of what is watched out, records in, connected again by itself.
import type { StreamName } from "../player/records";
import type { LiveLineState } from "./protocol";

/** Close codes of docs/api.md: nobody signed in, or other rights than at the beginning; too many lines. */
const LINE_REFUSED = 4401;
const TOO_MANY = 4429;
const RETRY_MS = 800;
const TOO_MANY_RETRY_MS = 30_000;

export interface AskedTile {
  tile: number;
  camera_id: string;
  stream: StreamName;
  transcode: boolean;
}

export interface LiveLineParts {
  address: string;
  onState: (state: LiveLineState) => void;
  /** A tile's number and one record. */
  onMessage: (message: Uint8Array<ArrayBuffer>) => void;
  /** A tile's number and one look, as JSON; or why the wall makes no sense. */
  onLook: (said: string) => void;
}

export class LiveLine {
  private socket: WebSocket | undefined;
  private watched: readonly AskedTile[] = [];
  /** The tile whose looks are shown too. */
  private looks: number | null = null;

  constructor(private readonly parts: LiveLineParts) {
    this.connect();
  }

  /** Have these and no others; said again when the line is back. */
  watch(tiles: readonly AskedTile[], looks: number | null): void {
    this.watched = tiles;
    this.looks = looks;
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ watch: tiles, looks }));
  }

  private connect(): void {
    this.parts.onState(this.socket === undefined ? "connecting" : "lost");
    const socket = new WebSocket(this.parts.address);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.parts.onState("open");
      this.watch(this.watched, this.looks);
    };
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (typeof data === "string") this.parts.onLook(data);
      else this.parts.onMessage(new Uint8Array(data));
    };
    socket.onclose = ({ code }) => {
      if (code === LINE_REFUSED) {
        this.parts.onState("refused");
        return;
      }
      this.parts.onState("lost");
      setTimeout(() => this.connect(), code === TOO_MANY ? TOO_MANY_RETRY_MS : RETRY_MS);
    };
  }
}
