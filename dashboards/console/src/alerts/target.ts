// Pure: whom an alert goes to, in words.
import { isTemporaryName } from "../groups/temporary";
import type { Texts } from "../language/zh";
import type { AlertTarget, TalkGroup, Venue } from "../room/types";
import { venueIdsOf } from "./reach";

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
    case "polygon":
      return texts.alerts.inShape(venueIdsOf(target, venues).length);
    case "path":
      return texts.alerts.alongPath(venueIdsOf(target, venues).length, target.within_m ?? 0);
    case "radio":
      return id;
  }
}
