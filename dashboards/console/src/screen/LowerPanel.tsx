// Below the map: the timeline of hits and the event list, one at a time; a search brings the timeline up.
import { useState } from "react";

import { EventList } from "../events/EventList";
import { useTexts } from "../language/language";
import { Timeline } from "../search/Timeline";
import { useHits } from "../search/useHits";
import { useMay } from "../session/store";

export function LowerPanel() {
  const texts = useTexts();
  const hasHits = useHits().length > 0;
  const [chosen, setChosen] = useState<"events" | "timeline" | null>(null);
  const searches = useMay("search_footage");
  const shown = searches ? (chosen ?? (hasHits ? "timeline" : "events")) : "events";
  return (
    <section className="lower">
      <nav>
        {(searches ? (["events", "timeline"] as const) : (["events"] as const)).map((name) => (
          <button
            key={name}
            type="button"
            data-testid={`tab-${name}`}
            aria-pressed={shown === name}
            onClick={() => setChosen(name)}
          >
            {name === "events" ? texts.events.title : texts.search.timeline}
          </button>
        ))}
      </nav>
      {shown === "timeline" ? <Timeline /> : <EventList />}
    </section>
  );
}
