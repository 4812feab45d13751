// Chooses a person's places from the room's grids and venues, as far as the role may have them.
import { Select } from "antd";

import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { Grid, Venue } from "../room/types";
import type { Place, PlaceKind, Role } from "../session/types";
import { afterChoosing, COMMUNITY, kindsOf, placeKey, placeOf } from "./places";

const NO_GRIDS: ReadonlyMap<string, Grid> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

export function PlacePicker(props: { role: Role; places: readonly Place[]; onChange: (places: Place[]) => void }) {
  const texts = useTexts();
  const grids = useRoom((room) => room.grids, NO_GRIDS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const kinds = kindsOf(props.role);
  const options: Record<PlaceKind, { value: string; label: string }[]> = {
    community: [{ value: placeKey(COMMUNITY), label: texts.placeKind.community }],
    grid: [...grids.values()].map((one) => ({ value: `grid/${one.grid_id}`, label: one.name })),
    venue: [...venues.values()].map((one) => ({ value: `venue/${one.venue_id}`, label: one.name })),
  };
  return (
    <Select
      data-testid="people-places"
      className="wide"
      mode="multiple"
      showSearch={{ optionFilterProp: "label" }}
      placeholder={texts.people.choosePlaces}
      disabled={kinds.length === 1 && kinds[0] === "community"}
      value={props.places.map(placeKey)}
      onChange={(keys: string[]) => props.onChange(afterChoosing(props.places, keys.map(placeOf)))}
      options={kinds.map((kind) => ({ label: texts.placeKind[kind], options: options[kind] }))}
    />
  );
}

/** Places in words, by the names that the room knows. */
export function usePlaceWords(): (places: readonly Place[]) => string {
  const texts = useTexts();
  const grids = useRoom((room) => room.grids, NO_GRIDS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  return (places) =>
    places
      .map(({ kind, place_id }) => {
        if (kind === "community" || place_id === null) return texts.placeKind.community;
        return (kind === "grid" ? grids.get(place_id)?.name : venues.get(place_id)?.name) ?? place_id;
      })
      .join(texts.comma);
}
