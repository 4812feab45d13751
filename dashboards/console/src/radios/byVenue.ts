// Pure: the radios of each venue.
import type { Radio } from "../room/types";

export function radiosByVenue(radios: Iterable<Radio>): Map<string, Radio[]> {
  const found = new Map<string, Radio[]>();
  for (const radio of radios) {
    const list = found.get(radio.venue_id);
    if (list === undefined) found.set(radio.venue_id, [radio]);
    else list.push(radio);
  }
  return found;
}
