// The last calls: when, who, where, how long.
import { useTexts } from "../../../console/src/language/language";
import { clockTime } from "../../../console/src/language/time";
import type { Burst } from "../../../console/src/room/room";
import { useRoom } from "../../../console/src/room/store";
import { useGroupWords } from "../../../console/src/talk/names";
import { useGuardTexts } from "../language/guardTexts";

const NO_BURSTS: readonly Burst[] = [];

export function LastCalls() {
  const texts = useTexts();
  const own = useGuardTexts();
  const bursts = useRoom((room) => room.bursts, NO_BURSTS);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const name = useGroupWords();
  return (
    <section className="calls" data-testid="last-calls">
      <h2>{own.lastCalls}</h2>
      {bursts.length === 0 && <p>{texts.talk.none}</p>}
      <ol>
        {bursts.map((burst) => (
          <li key={burst.burst_id} className={burst.ended ? "" : "now"}>
            <time>{clockTime(burst.started_at_ms, zone)}</time>
            <b>{burst.talker_name}</b>
            <span>{name(burst.group_id)}</span>
            <i>{burst.duration_s === null ? "" : texts.seconds(Math.round(burst.duration_s))}</i>
          </li>
        ))}
      </ol>
    </section>
  );
}
