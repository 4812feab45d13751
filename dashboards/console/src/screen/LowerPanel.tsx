// Below the map: the timeline of hits and the event list, one at a time; a search brings the timeline up.
import { useState } from "react";

import { EventList } from "../events/EventList";
import { useTexts } from "../language/language";
import { Timeline } from "../search/Timeline";
import { useHits } from "../search/useHits";

export function LowerPanel() {
  const texts = useTexts();
  const hasHits = useHits().length > 0;
  const [chosen, setChosen] = useState<"events" | "timeline" | null>(null);
  const shown = chosen ?? (hasHits ? "timeline" : "events");
  return (
    <section className="lower">
      <nav>
        {(["events", "timeline"] as const).map((name) => (
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
