// The hub's calls about patrol tours, as docs/api.md writes them.
import { ask } from "../room/ask";
import type { Tour } from "./tour";

/** All tours; `version` counts each saving, so that nobody overwrites what another has just saved. */
export interface Tours {
  version: number;
  tours: readonly Tour[];
}

/** The hub's word for tours that somebody else saved since they were loaded. */
export const CHANGED = "tours_changed";

export const toursHub = {
  all: () => ask<Tours>("GET", "/api/tours"),
  save: (tours: Tours) => ask<Tours>("PUT", "/api/tours", tours),
};
