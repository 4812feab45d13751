// The hub's calls that find recorded bursts and hear them again.
import { ask, part } from "../../room/ask";
import { queryText, type BurstQuery } from "./query";

/** One press of push-to-talk that was recorded; what follows from its end is null while it is under way. */
export interface RecordedBurst {
  burst_id: number;
  call_id: number;
  call_kind: string;
  group_id: string;
  group_name: string;
  talker_id: string;
  talker_name: string;
  started_at_ms: number;
  duration_s: number | null;
  packets: number | null;
  /** Packets of 20 ms and more that never came. */
  lost: number | null;
  radios_reached: number | null;
  radios_online: number;
  bytes: number | null;
  /** The hub ended or the disk refused before the burst was over. */
  interrupted: boolean;
}

/** Newest first; `before` asks for the next page, null on the last. */
export interface BurstPage {
  items: RecordedBurst[];
  before: number | null;
}

export interface WaveformAnswer {
  burst_id: number;
  duration_s: number;
  /** From 0 to 1, evenly over the burst. */
  peaks: number[];
}

const of = (burstId: number): string => `/api/talk/bursts/${part(String(burstId))}`;

export const recordingsHub = {
  page: (query: BurstQuery, before: number | null) => ask<BurstPage>("GET", `/api/talk/bursts?${queryText(query, before)}`),
  waveform: (burstId: number) => ask<WaveformAnswer>("GET", `${of(burstId)}/waveform`),
};

/** Where the burst's voice is; the hub notes in the audit log who fetches it. */
export const audioAddress = (burstId: number): string => `${of(burstId)}/audio`;
