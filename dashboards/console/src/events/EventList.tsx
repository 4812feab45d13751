// What happens, newest first, in words; filtered by kind.
import { Segmented } from "antd";
import { memo, useMemo, useState } from "react";

import { useLanguage, useTexts } from "../language/language";
import { clockTime } from "../language/time";
import type { Item } from "../room/items";
import { useRoom, useStore } from "../room/store";
import { filterOf, isEcho, toneOf, wordsOf, type EventFilter } from "./words";
import "./events.css";

/** Rows drawn; the room keeps more, for the filters. */
const SHOWN = 120;
const FILTERS = ["radio", "camera", "alert", "talk", "case", "other"] as const;

const NO_EVENTS: readonly Item[] = [];

/** One event; drawn once, since neither it nor the names in it change. */
const Row = memo(function Row({ item }: { item: Item }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const room = useStore.getState().room;
  if (room === null) return null;
  return (
    <li className={toneOf(item, room)} data-kind={item.kind}>
      <time>{clockTime(item.at_ms, room.community.time_zone)}</time>
      <span>{wordsOf(item, room, texts, language)}</span>
    </li>
  );
});

export function EventList() {
  const texts = useTexts();
  const events = useRoom((room) => room.events, NO_EVENTS);
  const [filter, setFilter] = useState<EventFilter | "all">("all");
  const shown = useMemo(
    () =>
      events
        .filter((item) => (filter === "all" || filterOf(item.kind) === filter) && !isEcho(item))
        .slice(0, SHOWN),
    [events, filter],
  );
  return (
    <div className="events">
      <Segmented
        size="small"
        value={filter}
        onChange={setFilter}
        options={[
          { value: "all" as const, label: texts.events.all },
          ...FILTERS.map((value) => ({ value, label: texts.events.filter[value] })),
        ]}
      />
      <ol data-testid="event-list">
        {shown.length === 0 && <li className="empty">{texts.events.none}</li>}
        {shown.map((item) => (
          <Row key={item.number} item={item} />
        ))}
      </ol>
    </div>
  );
}
