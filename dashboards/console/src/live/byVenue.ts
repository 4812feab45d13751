// Pure: cameras in sections, a venue each, those that a query names; venues and cameras in the order of their names.
import type { Camera, Venue } from "../room/types";

export interface VenueCameras {
  /** Null: cameras of public places. */
  venueId: string | null;
  name: string;
  cameras: readonly Camera[];
}

/** A camera whose name begins with its venue's needs the venue beside it no more. */
export const namesVenue = (cameraName: string, venueName: string): boolean => cameraName.startsWith(venueName);

const inOrder = new Intl.Collator("zh-CN", { numeric: true });

/** A camera is found by its own name or id, or by its venue's; all words of the query must be in them. */
export function camerasByVenue(
  cameras: Iterable<Camera>,
  venues: ReadonlyMap<string, Venue>,
  query: string,
  publicName: string,
): VenueCameras[] {
  const parts = query.toLowerCase().split(/\s+/).filter((part) => part !== "");
  const sections = new Map<string | null, Camera[]>();
  const nameOf = (venueId: string | null): string => (venueId === null ? publicName : (venues.get(venueId)?.name ?? venueId));
  for (const camera of cameras) {
    const text = `${nameOf(camera.venue_id)} ${camera.name} ${camera.camera_id}`.toLowerCase();
    if (!parts.every((part) => text.includes(part))) continue;
    sections.set(camera.venue_id, [...(sections.get(camera.venue_id) ?? []), camera]);
  }
  return [...sections]
    .map(([venueId, found]) => ({
      venueId,
      name: nameOf(venueId),
      cameras: found.sort((one, other) => inOrder.compare(one.name, other.name)),
    }))
    .sort((one, other) => inOrder.compare(one.name, other.name));
}
