// All shifts of one person.
import { useState } from "react";

import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { placeKey, placeOf } from "../people/places";
import { useRoom } from "../room/store";
import type { Grid, Venue } from "../room/types";
import { MAX_SHIFTS, shiftsHub, type CrewMember, type Shift } from "./hub";
import { shiftPlaces } from "./places";
import { draftOf, weeklyOf, type Draft } from "./week";
import { WeeklyRows } from "./WeeklyRows";

const NO_GRIDS: ReadonlyMap<string, Grid> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

function shiftOf(draft: Draft): Shift | null {
  const weekly = weeklyOf(draft);
  return weekly === null || draft.place === "" ? null : { ...weekly, place: placeOf(draft.place) };
}

export function ShiftsForm(props: { member: CrewMember; onDone: () => void; onClose: () => void }) {
  const texts = useTexts();
  const { member } = props;
  const grids = useRoom((room) => room.grids, NO_GRIDS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const [drafts, setDrafts] = useState<Draft[]>(() => member.shifts.map((one) => draftOf(one, placeKey(one.place))));
  const shifts = drafts.map(shiftOf).filter((one) => one !== null);
  const theirs = shiftPlaces(member.places, grids.values(), venues.values());
  const options = [
    ...theirs.grids.map((one) => ({ value: `grid/${one.grid_id}`, label: one.name })),
    ...theirs.venues.map((one) => ({ value: `venue/${one.venue_id}`, label: one.name })),
  ];
  const blank: Draft = { weekdays: [1, 2, 3, 4, 5, 6, 7], begin: "08:00", end: "20:00", place: options.length === 1 ? (options[0]?.value ?? "") : "" };

  async function save(): Promise<void> {
    await shiftsHub.putShifts(member.person_id, shifts);
    props.onDone();
  }

  return (
    <FormModal
      title={texts.shifts.title(member.name)}
      testid="shifts"
      width={720}
      isComplete={shifts.length === drafts.length}
      onSave={save}
      onClose={props.onClose}
    >
      {drafts.length === 0 && <p className="hint">{texts.shifts.noneHint}</p>}
      <WeeklyRows drafts={drafts} onChange={setDrafts} blank={blank} most={MAX_SHIFTS} places={options} />
    </FormModal>
  );
}
