// Every venue: when it is open, whether it is now, who is on shift there and who holds its radios.
import { Button } from "antd";
import { useMemo, useState } from "react";

import { ListTab } from "../administration/ListTab";
import { useAnswer } from "../browser/useAnswer";
import { useTexts } from "../language/language";
import { radiosByVenue } from "../radios/byVenue";
import { Holder } from "../radios/Holder";
import { useStore } from "../room/store";
import { VENUE_KINDS, type Radio, type VenueKind } from "../room/types";
import { HoursForm } from "./HoursForm";
import { shiftsHub, type VenueHours } from "./hub";
import { weekliesOf, weeklyWords } from "./week";
import "./shifts.css";

interface Row extends VenueHours {
  name: string;
  kind: VenueKind;
  grid: string;
  radios: Radio[];
  /** The names of those on shift. */
  crew: string;
}

const textOf = (one: Row): string => `${one.venue_id} ${one.name} ${one.grid} ${one.crew}`;

function useRows(hours: readonly VenueHours[] | null, nameOf: ReadonlyMap<string, string>): Row[] {
  const texts = useTexts();
  const room = useStore((store) => store.room);
  return useMemo(() => {
    if (hours === null || room === null) return [];
    const radios = radiosByVenue(room.radios.values());
    return hours.flatMap((one) => {
      const venue = room.venues.get(one.venue_id);
      if (venue === undefined) return [];
      return {
        ...one,
        name: venue.name,
        kind: venue.kind,
        grid: room.grids.get(venue.grid_id)?.name ?? venue.grid_id,
        radios: radios.get(one.venue_id) ?? [],
        crew: one.on_shift.map((id) => nameOf.get(id) ?? id).join(texts.comma),
      };
    });
  }, [hours, room, nameOf, texts]);
}

export function HoursTab() {
  const texts = useTexts();
  const words = texts.hours;
  const hours = useAnswer(shiftsHub.hours);
  const crew = useAnswer(shiftsHub.crew);
  const nameOf = useMemo(() => new Map((crew.value ?? []).map((one) => [one.person_id, one.name])), [crew.value]);
  const rows = useRows(hours.value, nameOf);
  const [chosen, setChosen] = useState<string[]>([]);
  const [edited, setEdited] = useState<Row[] | null>(null);
  const close = (): void => {
    setEdited(null);
    hours.again();
  };
  return (
    <>
      <ListTab
        testid="hours"
        words={words}
        rows={rows}
        rowKey="venue_id"
        textOf={textOf}
        answered={hours}
        failure={crew.failure}
        leastWidth={1010}
        chosen={{ selectedRowKeys: chosen, onChange: (keys) => setChosen(keys.map(String)) }}
        columns={[
          {
            title: texts.devices.venue,
            width: 210,
            sorter: (a, b) => a.name.localeCompare(b.name, "zh-CN"),
            filters: VENUE_KINDS.map((kind) => ({ text: texts.venueKind[kind], value: kind })),
            onFilter: (kind, one) => one.kind === kind,
            render: (_, one) => (
              <span data-testid={`hours-venue-${one.venue_id}`}>
                {one.name}
                <i className="cell-second">
                  {texts.venueKind[one.kind]} · {one.grid}
                </i>
              </span>
            ),
          },
          {
            title: words.openings,
            width: 240,
            render: (_, one) =>
              one.openings.length === 0 ? (
                <span className="state-calm">{words.always}</span>
              ) : (
                <ul className="weekly-words">
                  {weekliesOf(one.openings).map((weekly) => {
                    const said = weeklyWords(weekly, texts.week);
                    return <li key={said}>{said}</li>;
                  })}
                </ul>
              ),
          },
          {
            title: words.now,
            width: 100,
            filters: [true, false].map((open) => ({ text: open ? words.open : words.closed, value: open })),
            onFilter: (open, one) => one.is_open === open,
            render: (_, one) => <span className={one.is_open && one.openings.length > 0 ? "state-good" : "state-calm"}>{one.is_open ? words.open : words.closed}</span>,
          },
          { title: words.onShift, width: 150, render: (_, one) => (one.crew === "" ? <span className="state-calm">–</span> : one.crew) },
          {
            title: texts.map.holder,
            width: 200,
            render: (_, one) => one.radios.map((radio) => <div key={radio.radio_id}><Holder radio={radio} /></div>),
          },
          {
            title: "",
            render: (_, one) => (
              <Button size="small" data-testid={`hours-change-${one.venue_id}`} onClick={() => setEdited([one])}>
                {texts.people.change}
              </Button>
            ),
          },
        ]}
      >
        <Button
          data-testid="hours-change"
          type="primary"
          disabled={chosen.length === 0}
          onClick={() => setEdited(rows.filter((one) => chosen.includes(one.venue_id)))}
        >
          {words.changeMany(chosen.length)}
        </Button>
      </ListTab>
      {edited !== null && (
        <HoursForm
          title={edited.length === 1 ? words.title(edited[0]?.name ?? "") : words.titleOfMany(edited.length)}
          venues={edited}
          // Also of what was given up half-way some may be saved.
          onClose={close}
          onDone={() => {
            setChosen([]);
            close();
          }}
        />
      )}
    </>
  );
}
