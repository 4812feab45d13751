// The opening hours of one venue, or of several at once.
import { useState } from "react";

import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { MAX_OPENINGS, shiftsHub, type VenueHours } from "./hub";
import { draftOf, openingsOf, weekliesOf, weeklyOf, type Draft } from "./week";
import { WeeklyRows } from "./WeeklyRows";

const BLANK: Draft = { weekdays: [1, 2, 3, 4, 5, 6, 7], begin: "08:00", end: "22:00", place: "" };

/** Begins with the hours of the first of `venues`. */
export function HoursForm(props: { title: string; venues: readonly VenueHours[]; onDone: () => void; onClose: () => void }) {
  const texts = useTexts();
  const [drafts, setDrafts] = useState<Draft[]>(() => weekliesOf(props.venues[0]?.openings ?? []).map((one) => draftOf(one)));
  const weeklies = drafts.map(weeklyOf).filter((one) => one !== null);
  const openings = openingsOf(weeklies);

  async function save(): Promise<void> {
    for (const venue of props.venues) await shiftsHub.putHours(venue.venue_id, openings);
    props.onDone();
  }

  return (
    <FormModal
      title={props.title}
      testid="hours"
      width={720}
      isComplete={weeklies.length === drafts.length && openings.length <= MAX_OPENINGS}
      onSave={save}
      onClose={props.onClose}
    >
      {drafts.length === 0 && <p className="hint">{texts.hours.noneHint}</p>}
      <WeeklyRows drafts={drafts} onChange={setDrafts} blank={BLANK} most={MAX_OPENINGS} />
      {openings.length > MAX_OPENINGS && <p className="differs">{texts.hours.tooMany(openings.length, MAX_OPENINGS)}</p>}
    </FormModal>
  );
}
