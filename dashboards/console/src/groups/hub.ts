// What the hub is asked about temporary talk groups (docs/api.md).
import { ask, part } from "../room/ask";
import type { TemporaryGroup } from "../room/types";

/** One of the three says whose radios: of venues, named ones, or those that an alert went to. */
export type GroupOrder = { name: string } & ({ venue_ids: string[] } | { radio_ids: string[] } | { alert_id: string });

export const groupsHub = {
  open: (order: GroupOrder) => ask<TemporaryGroup>("POST", "/api/talk/groups", order),
  close: (groupId: string) => ask<undefined>("DELETE", `/api/talk/groups/${part(groupId)}`),
};
