// The websocket /ws/talk: JSON both ways, voice packets both ways, reconnecting by itself.
import { TOO_MANY, TOO_MANY_RETRY_MS } from "../room/feed";
import { LINE_REFUSED } from "../session/store";
import type { CallKind, Grant, Place, Refusal, Talker } from "./floor";
import type { MissedRadio } from "./heard";

export type TalkWord =
  | { type: "granted"; grant: Grant }
  | { type: "queued"; requestId: string; place: Place }
  | { type: "denied"; groupId: string; requestId: string; refusal: Refusal }
  | { type: "warned"; burstId: number }
  | { type: "revoked"; burstId: number; reason: string }
  | { type: "taken"; groupId: string; callId: number; talker: Talker; radiosOnline: number; rings: boolean }
  | {
      type: "heard";
      burstId: number;
      radiosHearing: number;
      radiosOnline: number;
      missed: readonly MissedRadio[];
      ended: boolean;
    }
  | { type: "idle"; groupId: string; burstId: number };

interface Raw {
  type: string;
  group_id: string;
  request_id: string;
  call_id: number;
  burst_id: number;
  boot_id: number;
  talk_limit_s: number;
  reason: string;
  message: string;
  message_en: string;
  retry_in_s: number | null;
  position: number;
  of: number;
  call: CallKind;
  talker_id: string;
  talker_name: string;
  radios_hearing: number;
  radios_online: number;
  rings: boolean;
  missed: readonly { radio_id: string; heard_at_ms: number | null }[];
  ended: boolean;
}

/** The hub's word in `text`, or null for one this console does not know (a newer hub's). */
export function readWord(text: string): TalkWord | null {
  const raw = JSON.parse(text) as Raw;
  switch (raw.type) {
    case "granted":
      return {
        type: "granted",
        grant: {
          groupId: raw.group_id,
          requestId: raw.request_id,
          callId: raw.call_id,
          burstId: raw.burst_id,
          bootId: raw.boot_id,
          talkLimitS: raw.talk_limit_s,
        },
      };
    case "denied":
      return {
        type: "denied",
        groupId: raw.group_id,
        requestId: raw.request_id,
        refusal: {
          reason: raw.reason,
          message: raw.message,
          messageEn: raw.message_en,
          retryInS: raw.retry_in_s,
        },
      };
    case "queued":
      return { type: "queued", requestId: raw.request_id, place: { position: raw.position, of: raw.of } };
    case "warned":
      return { type: "warned", burstId: raw.burst_id };
    case "revoked":
      return { type: "revoked", burstId: raw.burst_id, reason: raw.reason };
    case "taken":
      return {
        type: "taken",
        groupId: raw.group_id,
        callId: raw.call_id,
        rings: raw.rings,
        talker: { burstId: raw.burst_id, talkerId: raw.talker_id, talkerName: raw.talker_name, call: raw.call },
        radiosOnline: raw.radios_online,
      };
    case "heard":
      return {
        type: "heard",
        burstId: raw.burst_id,
        radiosHearing: raw.radios_hearing,
        radiosOnline: raw.radios_online,
        missed: raw.missed.map((one) => ({ radioId: one.radio_id, heardAtMs: one.heard_at_ms })),
        ended: raw.ended,
      };
    case "idle":
      return { type: "idle", groupId: raw.group_id, burstId: raw.burst_id };
    default:
      return null;
  }
}

export interface TalkLineParts {
  address: string;
  onOpen: () => void;
  onLost: () => void;
  onWord: (word: TalkWord) => void;
  onVoice: (bytes: ArrayBuffer) => void;
  /** The hub closed the line because of who speaks on it; it does not connect again. */
  onRefused: () => void;
}

const RETRY_MS = 800;

export class TalkLine {
  private socket: WebSocket | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly parts: TalkLineParts) {
    this.connect();
  }

  say(word: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(word));
  }

  voice(packet: Uint8Array<ArrayBuffer>): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(packet);
  }

  close(): void {
    clearTimeout(this.retry);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  private connect(): void {
    const socket = new WebSocket(this.parts.address);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.parts.onOpen();
    socket.onmessage = (message: MessageEvent<string | ArrayBuffer>) => {
      if (typeof message.data !== "string") {
        this.parts.onVoice(message.data);
        return;
      }
      const word = readWord(message.data);
      if (word !== null) this.parts.onWord(word);
    };
    socket.onclose = (event) => {
      if (socket !== this.socket) return;
      this.parts.onLost();
      if (event.code === LINE_REFUSED) {
        this.parts.onRefused();
        return;
      }
      this.retry = setTimeout(() => this.connect(), event.code === TOO_MANY ? TOO_MANY_RETRY_MS : RETRY_MS);
    };
  }
}
