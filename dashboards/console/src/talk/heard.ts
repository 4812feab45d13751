// Pure: who hears a burst, and who does not.
import type { Radio, TalkGroup } from "../room/types";

/** A radio that does not hear, and when the hub last heard from it. */
export interface MissedRadio {
  radioId: string;
  heardAtMs: number | null;
}

/** How far the latest burst of a talk group came, as the hub counts it; the talker's own radio is left out. */
export interface Heard {
  groupId: string;
  burstId: number;
  radiosHearing: number;
  radiosOnline: number;
  /** The first 200 radios of one's own places that do not hear. */
  missed: readonly MissedRadio[];
  ended: boolean;
}

export interface HearCounts {
  hearing: number;
  /** Every radio that ought to hear. */
  all: number;
  /** On line, and has not said that it hears. */
  deaf: number;
  offLine: number;
}

/** How many of the group hear, as the hub's count and the group's own radios say. */
export function hearCounts(heard: Heard, group: TalkGroup | null, talkerId: string | null): HearCounts {
  const members = (group?.radio_ids ?? []).filter((radioId) => radioId !== talkerId).length;
  const all = Math.max(members, heard.radiosOnline, heard.radiosHearing);
  return {
    hearing: heard.radiosHearing,
    all,
    deaf: Math.max(0, heard.radiosOnline - heard.radiosHearing),
    offLine: all - Math.max(heard.radiosOnline, heard.radiosHearing),
  };
}

export interface MissedRow {
  radio: Radio;
  heardAtMs: number | null;
}

/** The radios that do not hear, those on line first: their guards stand there and think that nothing is said. */
export function missedRows(missed: readonly MissedRadio[], radios: ReadonlyMap<string, Radio>): MissedRow[] {
  const rows: MissedRow[] = [];
  for (const { radioId, heardAtMs } of missed) {
    const radio = radios.get(radioId);
    if (radio !== undefined) rows.push({ radio, heardAtMs });
  }
  return rows.sort((a, b) => Number(b.radio.online) - Number(a.radio.online) || (b.heardAtMs ?? 0) - (a.heardAtMs ?? 0));
}

/** Before anybody spoke: the radios of the group that would not hear, since they are off line. */
export function offLineOf(group: TalkGroup | null, radios: ReadonlyMap<string, Radio>): MissedRadio[] {
  return (group?.radio_ids ?? []).flatMap((radioId) => {
    const radio = radios.get(radioId);
    return radio === undefined || radio.online ? [] : [{ radioId, heardAtMs: radio.heard_at_ms }];
  });
}
