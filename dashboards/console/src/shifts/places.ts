// Pure: where somebody's shifts may be: at the venues and in the grids for which they are responsible.
import type { Grid, Venue } from "../room/types";
import type { Place } from "../session/types";

/** Grids and venues that lie in a person's places, as far as the room knows them. */
export function shiftPlaces(
  places: readonly Place[],
  grids: Iterable<Grid>,
  venues: Iterable<Venue>,
): { grids: Grid[]; venues: Venue[] } {
  const isWhole = places.some((place) => place.kind === "community");
  const has = (kind: Place["kind"], id: string): boolean => places.some((place) => place.kind === kind && place.place_id === id);
  return {
    grids: [...grids].filter((grid) => isWhole || has("grid", grid.grid_id)),
    venues: [...venues].filter((venue) => isWhole || has("grid", venue.grid_id) || has("venue", venue.venue_id)),
  };
}
