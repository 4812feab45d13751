// Below the map: events, the timeline of hits, or temporary talk groups, one at a time, and over them what is chosen on the
// map; a search brings the timeline up.
import { useState } from "react";

import { EventList } from "../events/EventList";
import { GroupList, useOpenGroups } from "../groups/GroupList";
import { SelectionCard } from "../groups/SelectionCard";
import { useTexts } from "../language/language";
import { Timeline } from "../search/Timeline";
import { useHits } from "../search/useHits";
import { useMay } from "../session/store";

type Tab = "events" | "timeline" | "groups";

export function LowerPanel() {
  const texts = useTexts();
  const hasHits = useHits().length > 0;
  const openGroups = useOpenGroups();
  const [chosen, setChosen] = useState<Tab | null>(null);
  const searches = useMay("search_footage");
  const tabs: readonly Tab[] = searches ? ["events", "timeline", "groups"] : ["events", "groups"];
  const shown = chosen ?? (searches && hasHits ? "timeline" : "events");
  const names: Record<Tab, string> = {
    events: texts.events.title,
    timeline: texts.search.timeline,
    groups: openGroups === 0 ? texts.groups.title : `${texts.groups.title} ${openGroups}`,
  };
  return (
    <section className="lower">
      <nav>
        {tabs.map((name) => (
          <button
            key={name}
            type="button"
            data-testid={`tab-${name}`}
            aria-pressed={shown === name}
            onClick={() => setChosen(name)}
          >
            {names[name]}
          </button>
        ))}
      </nav>
      {shown === "timeline" ? <Timeline /> : shown === "groups" ? <GroupList /> : <EventList />}
      <SelectionCard />
    </section>
  );
}
