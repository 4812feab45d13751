// The hub's calls about when venues are open and who is on shift.
import { ask, part } from "../room/ask";
import type { Place, Role } from "../session/types";

/** A time that comes every week; 1 is Monday, minutes count from midnight, an end not above the begin is on the next day. */
export interface Weekly {
  weekdays: number[];
  begin_minute: number;
  end_minute: number;
}

export interface Opening {
  weekday: number;
  begin_minute: number;
  end_minute: number;
}

/** Both `is_open` and `on_shift` (accounts) are as of now; a venue without openings is always open. */
export interface VenueHours {
  venue_id: string;
  openings: Opening[];
  is_open: boolean;
  on_shift: string[];
}

export interface Shift extends Weekly {
  place: Place;
}

export interface CrewMember {
  person_id: string;
  name: string;
  role: Role;
  places: Place[];
  shifts: Shift[];
  is_on_shift: boolean;
}

/** As many as the hub takes of one venue and of one person (hub/shifts/messages.py). */
export const MAX_OPENINGS = 14;
export const MAX_SHIFTS = 20;

export const shiftsHub = {
  hours: () => ask<VenueHours[]>("GET", "/api/hours"),
  putHours: (venueId: string, openings: readonly Opening[]) =>
    ask<VenueHours>("PUT", `/api/venues/${part(venueId)}/hours`, { openings }),
  crew: () => ask<CrewMember[]>("GET", "/api/shifts"),
  putShifts: (personId: string, shifts: readonly Shift[]) =>
    ask<void>("PUT", `/api/people/${part(personId)}/shifts`, { shifts }),
};
