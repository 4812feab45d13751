// Pure: whom an alert goes to, in words.
import { isTemporaryName } from "../groups/temporary";
import type { Texts } from "../language/zh";
import type { AlertTarget, TalkGroup, Venue } from "../room/types";

interface Known {
  groups: readonly TalkGroup[];
  venues: ReadonlyMap<string, Venue>;
}

export function targetWords(target: AlertTarget, { groups, venues }: Known, texts: Texts): string {
  const id = target.id ?? "";
  const venueName = (venueId: string): string => venues.get(venueId)?.name ?? venueId;
  switch (target.kind) {
    case "all":
      return texts.alerts.target.all;
    case "venue":
      return venueName(id);
    case "venues": {
      const ids = target.ids ?? [];
      return ids.length === 1 ? ids.map(venueName).join() : texts.groups.venues(ids.length);
    }
    case "group": {
      const name = groups.find((one) => one.group_id === id)?.name;
      return name ?? (isTemporaryName(id) ? texts.groups.closed : id);
    }
    case "radio":
      return id;
  }
}
