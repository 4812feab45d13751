// In the top bar: the child is said to be somewhere, also where it was put aside; the key shows it again.
import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { Venue } from "../room/types";
import { bringBack } from "./aside";
import type { Found } from "./hub";
import "./found.css";

const NONE: readonly Found[] = [];
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

export function FoundKey() {
  const texts = useTexts();
  const all = useRoom((room) => room.found, NONE);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const [newest] = all;
  if (newest === undefined) return null;
  const venue = venues.get(newest.venue_id)?.name ?? newest.venue_id;
  const notReal = newest.status === "actual" ? "" : texts.rollCall.status[newest.status];
  return (
    <button
      type="button"
      className={`found-key ${newest.status}`}
      data-testid="found-key"
      data-count={all.length}
      title={texts.found.show}
      onClick={() => bringBack(all.map((one) => one.found_id))}
    >
      {texts.found.at(venue, all.length - 1, notReal)}
    </button>
  );
}
