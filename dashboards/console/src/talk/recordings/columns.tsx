// The columns of the recorded calls: when, who, in which group, how long, heard by how many.
import type { TableProps } from "antd";

import { useTexts } from "../../language/language";
import { calendarDay, clockTime } from "../../language/time";
import { hubNowMs, useRoom } from "../../room/store";
import type { RecordedBurst } from "./hub";
import { isSilent, lostPercent } from "./quality";

interface Actions {
  chosenId: number | null;
  onChoose: (burst: RecordedBurst) => void;
  onTalker: (burst: RecordedBurst) => void;
}

export function useBurstColumns({ chosenId, onTalker }: Actions): NonNullable<TableProps<RecordedBurst>["columns"]> {
  const texts = useTexts();
  const words = texts.recordings;
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const today = calendarDay(hubNowMs(), zone);
  return [
    {
      title: "",
      width: 40,
      render: (_, burst) => (
        <span className={`recording-mark${isSilent(burst) ? " silent" : ""}`} aria-hidden="true">
          {burst.burst_id === chosenId ? "◆" : "▶"}
        </span>
      ),
    },
    {
      title: words.time,
      width: 150,
      render: (_, burst) => {
        const day = calendarDay(burst.started_at_ms, zone);
        return (
          <>
            {day === today ? "" : <span className="quiet">{day.slice(5)} </span>}
            <b>{clockTime(burst.started_at_ms, zone)}</b>
          </>
        );
      },
    },
    {
      title: words.who,
      ellipsis: true,
      render: (_, burst) => (
        <button
          type="button"
          className="recording-talker"
          title={words.talker(burst.talker_name)}
          onClick={(event) => {
            event.stopPropagation();
            onTalker(burst);
          }}
        >
          {burst.talker_name}
        </button>
      ),
    },
    {
      title: words.group,
      ellipsis: true,
      render: (_, burst) => {
        const kind = words.kinds[burst.call_kind] ?? burst.call_kind;
        return (
          <>
            {kind !== "" && <em className={`call-kind ${burst.call_kind}`}>{kind}</em>}
            {burst.group_name}
          </>
        );
      },
    },
    {
      title: words.duration,
      width: 170,
      render: (_, burst) => <Length burst={burst} />,
    },
    {
      title: words.reached,
      width: 110,
      align: "right",
      render: (_, burst) =>
        burst.radios_reached === null ? (
          "–"
        ) : (
          <span className={burst.radios_reached < burst.radios_online ? "state-wait" : "state-good"}>
            {words.reachedOf(burst.radios_reached, burst.radios_online)}
          </span>
        ),
    },
  ];
}

function Length({ burst }: { burst: RecordedBurst }) {
  const texts = useTexts();
  const words = texts.recordings;
  const lost = lostPercent(burst);
  if (burst.duration_s === null) return <span className="state-wait">{words.underWay}</span>;
  if (isSilent(burst)) return <span className="quiet">{words.noVoice}</span>;
  return (
    <>
      {texts.seconds(Math.round(burst.duration_s * 10) / 10)}
      {burst.interrupted && (
        <em className="recording-flaw" title={words.interruptedHint}>
          {words.interrupted}
        </em>
      )}
      {lost > 0 && (
        <em className="recording-flaw" title={words.lostHint}>
          {words.lost(lost)}
        </em>
      )}
    </>
  );
}
