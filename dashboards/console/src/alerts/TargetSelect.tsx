// Chooses whom an alert goes to: all venues, a talk group, one venue, or what was chosen or drawn on the map.
import { Select } from "antd";

import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { AlertTarget, TalkGroup, Venue } from "../room/types";
import { aimAt, useAlertDesk } from "./store";
import { targetWords } from "./target";

const NO_GROUPS: readonly TalkGroup[] = [];
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

function parse(value: string): AlertTarget {
  const [kind, id] = value.split("/");
  if (kind === "group" || kind === "venue") return { kind, id: id ?? null };
  return { kind: "all", id: null };
}

const keyOf = ({ kind, id }: AlertTarget): string => (id === null ? kind : `${kind}/${id}`);

export function TargetSelect() {
  const texts = useTexts();
  const target = useAlertDesk((desk) => desk.target);
  const groups = useRoom((room) => room.groups, NO_GROUPS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const listed = [
    { value: "all", label: texts.alerts.target.all },
    {
      label: texts.alerts.targetGroups,
      options: groups
        .filter((group) => group.kind !== "all")
        .map((group) => ({ value: `group/${group.group_id}`, label: texts.bracketed(group.name, group.radio_ids.length) })),
    },
    {
      label: texts.alerts.targetVenues,
      options: [...venues.values()].map((venue) => ({ value: `venue/${venue.venue_id}`, label: venue.name })),
    },
  ];
  // What no list has: what was chosen or drawn on the map, and a temporary group that has ended meanwhile.
  const isListed = target.kind !== "venues" && target.kind !== "polygon" && target.kind !== "path" && (target.kind !== "group" || groups.some((one) => one.group_id === target.id));
  const chosen = { value: keyOf(target), label: targetWords(target, { groups, venues }, texts) };
  return (
    <Select
      data-testid="alert-target"
      className="wide"
      aria-label={texts.alerts.targetOf}
      showSearch={{ optionFilterProp: "label" }}
      popupMatchSelectWidth={260}
      value={keyOf(target)}
      onChange={(value: string) => value !== keyOf(target) && aimAt(parse(value))}
      options={isListed ? listed : [chosen, ...listed]}
    />
  );
}
