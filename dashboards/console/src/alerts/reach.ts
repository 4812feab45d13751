// Pure: which radios an alert to a target reaches, as far as this console knows them; the hub settles it.
import { venuesIn } from "../map/drawing";
import type { Room } from "../room/room";
import type { AlertTarget, Radio } from "../room/types";

type Known = Pick<Room, "radios" | "venues" | "groups">;

/** Whether a target is a shape drawn on the map. */
export const isDrawn = ({ kind }: AlertTarget): boolean => kind === "polygon" || kind === "path";

/** The venues of a target that names or draws venues; of others none. */
export function venueIdsOf(target: AlertTarget, venues: Known["venues"]): readonly string[] {
  if (target.kind === "venue") return target.id === null ? [] : [target.id];
  if (target.kind === "venues") return target.ids ?? [];
  if (target.kind !== "polygon" && target.kind !== "path") return [];
  return venuesIn({ kind: target.kind, points: target.points ?? [], withinM: target.within_m ?? 0 }, venues.values());
}

export function radiosOf(target: AlertTarget, { radios, venues, groups }: Known): Radio[] {
  const all = [...radios.values()];
  if (target.kind === "all") return all;
  if (target.kind === "radio") return all.filter((one) => one.radio_id === target.id);
  if (target.kind === "group") {
    const wanted = new Set(groups.find((one) => one.group_id === target.id)?.radio_ids);
    return all.filter((one) => wanted.has(one.radio_id));
  }
  const wanted = new Set(venueIdsOf(target, venues));
  return all.filter((one) => wanted.has(one.venue_id));
}
