// The venues chosen on the map: how many, which, and what can be done with all of them at once. It lies below the map, so
// that it hides no venue.
import { Button, Input } from "antd";
import { useMemo, useState, type FormEvent } from "react";

import { aimAtVenues } from "../alerts/store";
import { errorText, useLanguage, useTexts } from "../language/language";
import { hourAndMinute } from "../language/time";
import { clearSelection, toggleVenue, useSelection } from "../map/selection";
import { radiosByVenue } from "../radios/byVenue";
import { hubNowMs, useStore } from "../room/store";
import type { Room } from "../room/room";
import type { Venue } from "../room/types";
import { useMay } from "../session/store";
import { MAX_NAME, placeName, streetsOf } from "./naming";
import { MAX_RADIOS } from "./temporary";
import { useOpening } from "./useOpening";
import "./groups.css";

export function SelectionCard() {
  const room = useStore((store) => store.room);
  const venueIds = useSelection((selection) => selection.venueIds);
  const venues = useMemo(() => [...venueIds].flatMap((id) => room?.venues.get(id) ?? []), [venueIds, room?.venues]);
  if (room === null || venues.length === 0) return null;
  return <Card room={room} venues={venues} />;
}

function Card({ room, venues }: { room: Room; venues: readonly Venue[] }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const calls = useMay("call");
  const alerts = useMay("issue_alert");
  const map = useStore((store) => store.map);
  const streets = useMemo(() => streetsOf(map), [map]);
  const [given, setGiven] = useState<string | null>(null);
  const { isOpening, failure, open } = useOpening();
  const byVenue = useMemo(() => radiosByVenue(room.radios.values()), [room.radios]);
  const radios = venues.flatMap((venue) => byVenue.get(venue.venue_id) ?? []);
  const online = radios.filter((radio) => radio.online).length;
  const time = hourAndMinute(hubNowMs(), room.community.time_zone);
  const name = given ?? placeName(venues, streets, room.grids, time, texts);
  const tooMany = radios.length > MAX_RADIOS;
  const ids = venues.map((venue) => venue.venue_id);

  async function make(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (await open({ name: name.trim(), venue_ids: ids })) clearSelection();
  }

  const openable = !tooMany && radios.length > 0 && name.trim() !== "";
  return (
    <aside className="selection-card" data-testid="selection" data-venues={venues.length} data-radios={radios.length}>
      <header>
        <b>{texts.groups.chosen(venues.length)}</b>
        <span className={online < radios.length ? "short" : ""}>{texts.groups.radios(radios.length, online)}</span>
        {calls && tooMany && <span className="short">{texts.groups.tooMany(radios.length, MAX_RADIOS)}</span>}
        {calls && radios.length === 0 && <span className="short">{texts.groups.noRadios}</span>}
      </header>
      <ul data-testid="selection-venues">
        {venues.map((venue) => {
          const own = byVenue.get(venue.venue_id) ?? [];
          const state = own.length === 0 ? texts.groups.withoutRadio : own.some((radio) => radio.online) ? null : texts.groups.offLine;
          return (
            <li key={venue.venue_id} data-venue={venue.venue_id} className={state === null ? "" : "off-line"}>
              {venue.name}
              {state !== null && <i>{state}</i>}
              <button
                type="button"
                aria-label={texts.groups.takeOut(venue.name)}
                title={texts.groups.takeOut(venue.name)}
                onClick={() => toggleVenue(venue.venue_id)}
              >
                ×
              </button>
            </li>
          );
        })}
      </ul>
      {failure !== null && (
        <div className="failure" role="alert" data-testid="group-failure">
          {errorText(language, failure)}
        </div>
      )}
      <form className="row" onSubmit={(event) => void make(event)}>
        {calls && (
          <>
            <Input
              className="grow"
              size="large"
              data-testid="group-name"
              aria-label={texts.groups.name}
              value={name}
              maxLength={MAX_NAME}
              onChange={(event) => setGiven(event.target.value)}
            />
            <Button type="primary" size="large" htmlType="submit" data-testid="group-open" loading={isOpening} disabled={!openable}>
              {texts.groups.open}
            </Button>
          </>
        )}
        {alerts && (
          <Button size="large" data-testid="selection-alert" disabled={radios.length === 0} onClick={() => aimAtVenues(ids)}>
            {texts.groups.alert}
          </Button>
        )}
        <Button size="large" data-testid="selection-clear" onClick={clearSelection}>
          {texts.groups.clear}
        </Button>
      </form>
    </aside>
  );
}
