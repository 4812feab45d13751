// Where who holds this phone answers an alert: at their own venues, or at one that they name.
import { create } from "zustand";

import { useSession } from "../../../console/src/session/store";
import type { Where } from "./standing";

interface Named {
  alertId: string;
  venueId: string;
}

/** The venue named last, and for which alert. */
const useNamed = create<{ named: Named | null }>(() => ({ named: null }));

export const nameVenue = (alertId: string, venueId: string): void => useNamed.setState({ named: { alertId, venueId } });

export function useWhere(alertId: string | undefined): Where {
  const hasOwn = useSession((session) => session.person?.role === "guard");
  const personId = useSession((session) => session.person?.person_id ?? null);
  const venueId = useNamed(({ named }) => (named !== null && named.alertId === alertId ? named.venueId : null));
  return { hasOwn, venueId: hasOwn ? null : venueId, personId };
}
