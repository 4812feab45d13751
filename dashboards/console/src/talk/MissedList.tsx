// Who does not hear: venue, radio, holder and when it was last heard from, each to be called alone with one key.
import { useTexts } from "../language/language";
import { duration } from "../language/time";
import { Holder } from "../radios/Holder";
import { useRoom } from "../room/store";
import type { Radio, TalkGroup, Venue } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { Above } from "./Above";
import { CallKey } from "./CallKey";
import { missedRows, offLineOf, type MissedRow } from "./heard";
import { useHeardHere } from "./heardHere";
import { radioWords } from "./words";

const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

export function MissedList({ group, onClose }: { group: TalkGroup | null; onClose: () => void }) {
  const texts = useTexts();
  const words = texts.talk.missed;
  const { heard } = useHeardHere(group?.group_id ?? "");
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const now = useSecond();
  const rows = missedRows(heard?.missed ?? offLineOf(group, radios), radios);
  const title = rows.length === 0 ? words.none : heard === null ? words.willMiss(rows.length) : words.title(rows.length);
  return (
    <Above title={title} testid="missed" onClose={onClose}>
      <div className="missed-rows">
        {rows.map((row) => (
          <Row key={row.radio.radio_id} row={row} now={now} />
        ))}
      </div>
    </Above>
  );
}

function Row({ row: { radio, heardAtMs }, now }: { row: MissedRow; now: number }) {
  const texts = useTexts();
  const words = texts.talk.missed;
  const calls = useMay("call");
  const venues = useRoom((room) => room.venues, NO_VENUES);
  return (
    <div className={`missed-row ${radio.online ? "deaf" : "off"}`} data-testid={`missed-${radio.radio_id}`}>
      <b>{radioWords(radio, venues)}</b>
      <Holder radio={radio} />
      <span>
        <em>{radio.online ? words.deaf : words.offLine}</em>
        <i>{heardAtMs === null ? words.never : words.heardFrom(duration(now - heardAtMs, texts))}</i>
      </span>
      {calls && <CallKey radioId={radio.radio_id} words={words.call} testid={`call-${radio.radio_id}`} />}
    </div>
  );
}
