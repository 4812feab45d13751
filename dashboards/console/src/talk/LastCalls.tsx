// The last calls: who, where, heard by how many; those that nobody answered stand out, with the key to call back.
import { useMemo } from "react";

import { useTexts } from "../language/language";
import { clockTime } from "../language/time";
import type { Burst } from "../room/room";
import { useRoom } from "../room/store";
import type { Radio } from "../room/types";
import { useMay } from "../session/store";
import { Above } from "./Above";
import { CallKey } from "./CallKey";
import { callRows, missedCallers, type CallRow } from "./calls";
import { radioOf } from "./groupIds";
import { holdKey } from "./holding";
import { useGroupWords } from "./names";
import { spokenTo } from "./spokenTo";
import { useTalk } from "./store";

const NO_BURSTS: readonly Burst[] = [];
const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();
const SHOWN = 3;

function useCallRows(): CallRow[] {
  const bursts = useRoom((room) => room.bursts, NO_BURSTS);
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const rings = useTalk((talk) => talk.rings);
  return useMemo(() => callRows(bursts, radios, rings), [bursts, radios, rings]);
}

interface Props {
  /** Hears a burst from its beginning. */
  onHear: (burst: Burst) => void;
}

/** The latest three, in the talk strip. */
export function LastCalls({ onHear, listOpen, onList }: Props & { listOpen: boolean; onList: () => void }) {
  const texts = useTexts();
  const rows = useCallRows();
  const missed = missedCallers(rows);
  return (
    <div className="last-calls">
      <div className="last-rows" data-testid="last-calls">
        {rows.length === 0 && <span className="none">{texts.talk.none}</span>}
        {rows.slice(0, SHOWN).map((row) => (
          <Row key={row.burst.burst_id} row={row} onHear={onHear} full={false} />
        ))}
      </div>
      <button type="button" className="calls-all" data-testid="calls-open" aria-pressed={listOpen} tabIndex={-1} onClick={onList}>
        {texts.talk.calls.open}
        {missed > 0 && <em data-testid="calls-missed">{texts.talk.calls.missedCount(missed)}</em>}
      </button>
    </div>
  );
}

export function CallList({ onHear, onClose }: Props & { onClose: () => void }) {
  const texts = useTexts();
  const rows = useCallRows();
  return (
    <Above title={texts.talk.calls.title} testid="calls" onClose={onClose}>
      <div className="call-rows">
        {rows.length === 0 && <div className="empty">{texts.talk.none}</div>}
        {rows.map((row) => (
          <Row key={row.burst.burst_id} row={row} onHear={onHear} full />
        ))}
        <p>{texts.talk.calls.ofOld}</p>
      </div>
    </Above>
  );
}

function Row({ row: { burst, missed, callBack }, onHear, full }: { row: CallRow; full: boolean } & Props) {
  const texts = useTexts();
  const words = texts.talk.calls;
  const groupWords = useGroupWords();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const calls = useMay("call");
  const listensBack = useMay("listen_back");
  const isOwnCall = radioOf(burst.group_id) === burst.talker_id;
  const isThere = useRoom((room) => spokenTo(burst.group_id, room.groups, room.radios) !== null, false);
  const who = (
    <>
      <b>{burst.talker_name}</b> <span>{isOwnCall ? texts.talk.missed.call : groupWords(burst.group_id)}</span>
    </>
  );
  const { duration_s: durationS, radios_reached: reached, radios_online: online, ended } = burst;
  return (
    <div className={`call-row${ended ? "" : " now"}${missed ? " missed" : ""}`} data-testid={`burst-${burst.burst_id}`}>
      <time>{clockTime(burst.started_at_ms, zone)}</time>
      {isThere ? (
        <button type="button" className="call-who" tabIndex={-1} title={texts.talk.callHint} {...holdKey(burst.group_id)}>
          {who}
        </button>
      ) : (
        <div className="call-who gone">{who}</div>
      )}
      <span>{ended && durationS !== null ? texts.seconds(Math.round(durationS * 10) / 10) : ""}</span>
      {missed ? (
        <em>{words.missed}</em>
      ) : (
        <span className={ended && reached !== null && online !== null && reached < online ? "short" : ""}>
          {ended && reached !== null && online !== null && online > 0 ? texts.talk.reached(reached, online) : ""}
        </span>
      )}
      <span className="call-keys">
        {listensBack && (full || !ended) && (
          <button type="button" className="call-hear" tabIndex={-1} data-testid={`hear-burst-${burst.burst_id}`} onClick={() => onHear(burst)}>
            {ended ? words.hear : words.fromBeginning}
          </button>
        )}
        {calls && callBack !== null && (full || missed) && (
          <CallKey radioId={burst.talker_id} words={words.callBack} testid={`call-back-${burst.burst_id}`} />
        )}
      </span>
    </div>
  );
}
