// Chooses whom an alert goes to: all venues, a talk group, or one venue.
import { Select } from "antd";

import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { AlertTarget, TalkGroup, Venue } from "../room/types";
import { useAlertDesk } from "./store";

const NO_GROUPS: readonly TalkGroup[] = [];
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();

function parse(value: string): AlertTarget {
  const [kind, id] = value.split("/");
  if (kind === "group" || kind === "venue") return { kind, id: id ?? null };
  return { kind: "all", id: null };
}

export function TargetSelect() {
  const texts = useTexts();
  const target = useAlertDesk((desk) => desk.target);
  const groups = useRoom((room) => room.groups, NO_GROUPS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  return (
    <Select
      data-testid="alert-target"
      className="grow"
      showSearch={{ optionFilterProp: "label" }}
      popupMatchSelectWidth={260}
      value={target.kind === "all" ? "all" : `${target.kind}/${target.id ?? ""}`}
      onChange={(value: string) => useAlertDesk.setState({ target: parse(value) })}
      options={[
        { value: "all", label: texts.alerts.target.all },
        {
          label: texts.alerts.targetGroups,
          options: groups
            .filter((group) => group.kind !== "all")
            .map((group) => ({ value: `group/${group.group_id}`, label: `${group.name}（${group.radio_ids.length}）` })),
        },
        {
          label: texts.alerts.targetVenues,
          options: [...venues.values()].map((venue) => ({ value: `venue/${venue.venue_id}`, label: venue.name })),
        },
      ]}
    />
  );
}
