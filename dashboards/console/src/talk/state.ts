// Talk as the screen shows it.
import { create } from "zustand";

import type { LineState } from "../room/feed";
import type { Floor, Talker } from "./floor";
import { ALL_CALL } from "./groupIds";
import type { Heard } from "./heard";
import type { MicrophoneState } from "./microphone";
import type { Rings } from "./rings";

export interface TalkStore {
  line: LineState;
  soundReady: boolean;
  microphone: MicrophoneState;
  /** What one speaks to; NO_GROUP once that is gone, until another is chosen. */
  groupId: string;
  /** Whether the next call is a broadcast: nobody may answer it until it is over. */
  broadcast: boolean;
  floor: Floor;
  /** Who speaks in which talk group, this console left out. */
  talkers: ReadonlyMap<string, Talker>;
  /** How far the latest burst of each talk group came. */
  heard: ReadonlyMap<string, Heard>;
  /** Guards who call the police room, by talk group. */
  rings: Rings;
  /** Until when nobody may answer a broadcast in a talk group, by `performance.now()`. */
  closedUntilMs: ReadonlyMap<string, number>;
  /** Loudness of the last 20 ms spoken, 0 to 1. */
  level: number;
  /** Voice packets that were no voice packets. */
  malformed: number;
}

export const useTalk = create<TalkStore>(() => ({
  line: "connecting",
  soundReady: false,
  microphone: "off",
  groupId: ALL_CALL,
  broadcast: false,
  floor: { state: "idle" },
  talkers: new Map(),
  heard: new Map(),
  rings: new Map(),
  closedUntilMs: new Map(),
  level: 0,
  malformed: 0,
}));
