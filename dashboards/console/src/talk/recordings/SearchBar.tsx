// What to look for among the recorded calls: a day and times of it, a talk group, a venue, a talker.
import { Button, Input, Select } from "antd";
import { useMemo, useState } from "react";

import { useLanguage, useTexts } from "../../language/language";
import { calendarDay } from "../../language/time";
import { hubNowMs, useRoom } from "../../room/store";
import type { TalkGroup, Venue } from "../../room/types";
import { readTimeOfDay } from "../../search/timeOfDay";
import { dayName, daysUntil, EVERYTHING, periodOf, type BurstQuery } from "./query";

const NO_GROUPS: readonly TalkGroup[] = [];
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();
/** How many days can be chosen: twice what the hub keeps unless it is told otherwise. */
const DAYS = 360;

interface Written {
  day: string;
  from: string;
  to: string;
}

const NO_TIME: Written = { day: "", from: "", to: "" };

interface Props {
  query: BurstQuery;
  /** Whose bursts alone are shown, where the query says so. */
  talkerName: string;
  onFind: (query: BurstQuery) => void;
  onRefresh: () => void;
}

export function SearchBar({ query, talkerName, onFind, onRefresh }: Props) {
  const texts = useTexts();
  const words = texts.recordings;
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const groups = useRoom((room) => room.groups, NO_GROUPS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const [written, setWritten] = useState(NO_TIME);
  const today = calendarDay(hubNowMs(), zone);
  const dayOptions = useMemo(
    () => [
      { value: "", label: words.anyDay },
      ...daysUntil(today, DAYS).map((day, back) => ({ value: day, label: words.dayNames[back] ?? dayName(day, language) })),
    ],
    [today, words, language],
  );
  const venueOptions = useMemo(
    () => [...venues.values()].map((one) => ({ value: one.venue_id, label: one.name })).sort((a, b) => a.label.localeCompare(b.label, "zh-CN")),
    [venues],
  );

  function write(next: Written): void {
    // Who types a time and no day means today.
    const day = next.day === "" && (next.from !== "" || next.to !== "") ? today : next.day;
    setWritten({ ...next, day });
    onFind({ ...query, ...periodOf(day, readTimeOfDay(next.from), readTimeOfDay(next.to), zone) });
  }

  const wrong = (text: string): "" | "error" => (text === "" || readTimeOfDay(text) !== null ? "" : "error");
  return (
    <div className="recordings-bar">
      <Select
        className="day"
        aria-label={words.day}
        data-testid="recordings-day"
        showSearch={{ optionFilterProp: "label" }}
        value={written.day}
        onChange={(day: string) => write(day === "" ? NO_TIME : { ...written, day })}
        options={dayOptions}
      />
      {(["from", "to"] as const).map((name) => (
        <Input
          key={name}
          className="time"
          prefix={words[name]}
          aria-label={words[name]}
          placeholder={name === "from" ? "00:00" : "23:59"}
          data-testid={`recordings-${name}`}
          status={wrong(written[name])}
          value={written[name]}
          onChange={(event) => write({ ...written, [name]: event.target.value })}
        />
      ))}
      <Select
        className="chosen"
        data-testid="recordings-group"
        showSearch={{ optionFilterProp: "label" }}
        value={query.groupId ?? ""}
        onChange={(groupId: string) => onFind({ ...query, groupId: groupId === "" ? null : groupId })}
        options={[{ value: "", label: words.anyGroup }, ...groups.map((one) => ({ value: one.group_id, label: one.name }))]}
      />
      <Select
        className="chosen"
        data-testid="recordings-venue"
        showSearch={{ optionFilterProp: "label" }}
        popupMatchSelectWidth={260}
        value={query.venueId ?? ""}
        onChange={(venueId: string) => onFind({ ...query, venueId: venueId === "" ? null : venueId })}
        options={[{ value: "", label: words.anyVenue }, ...venueOptions]}
      />
      {query.talkerId !== null && (
        <button type="button" className="recordings-talker" data-testid="recordings-talker" onClick={() => onFind({ ...query, talkerId: null })}>
          {words.talker(talkerName)} ✕
        </button>
      )}
      <span className="space" />
      {Object.values(query).some((value) => value !== null) && (
        <Button
          data-testid="recordings-clear"
          onClick={() => {
            setWritten(NO_TIME);
            onFind(EVERYTHING);
          }}
        >
          {words.clear}
        </Button>
      )}
      <Button onClick={onRefresh}>{words.refresh}</Button>
    </div>
  );
}
