// Below the map: the alert's board, events, the sought person's path, the timeline of hits, or temporary talk groups, one at a
// time, and over them what is chosen on the map; a search brings the path up, an alert to many its board.
import { useMemo } from "react";

import { boardOf } from "../alerts/board";
import { useChosenAlert } from "../alerts/chosen";
import { Wall } from "../alerts/Wall";
import { useOpenCase } from "../cases/store";
import { CaseTimeline } from "../desk/CaseTimeline";
import { MediationPanel } from "../desk/MediationPanel";
import { EventList } from "../events/EventList";
import { GroupList, useOpenGroups } from "../groups/GroupList";
import { SelectionCard } from "../groups/SelectionCard";
import { useTexts } from "../language/language";
import { MissingPanel } from "../missing/MissingPanel";
import { useShownChild } from "../missing/store";
import { PathNotes, PathPanel } from "../path/PathPanel";
import { ResponsePanel } from "../response/ResponsePanel";
import { useResponse } from "../response/store";
import { Timeline } from "../search/Timeline";
import { useMay } from "../session/store";
import { chooseLowerTab, useLowerTab, type LowerTab } from "./lower";

/** How many silent radios each height of the board has room for (screen.css). */
const SOME = 63;
const FEW = 28;

export function LowerPanel() {
  const texts = useTexts();
  const openGroups = useOpenGroups();
  const asks = useResponse((desk) => desk.asks.length);
  const directs = useMay("direct");
  const alert = useChosenAlert();
  const silent = useMemo(() => (alert === null ? 0 : boardOf(alert).silent.length), [alert]);
  const shown = useLowerTab();
  const searches = useMay("search_footage");
  const seesCases = useMay("see_cases");
  const isMissing = useShownChild() !== null;
  const openCase = useOpenCase();
  const hasCase = openCase !== null && seesCases;
  const isDispute = hasCase && openCase.standing.kind === "dispute";
  const tabs: readonly LowerTab[] = [
    ...(isMissing ? (["missing"] as const) : []),
    ...(alert === null ? [] : (["wall"] as const)),
    "events",
    ...(hasCase ? (["case"] as const) : []),
    ...(isDispute ? (["mediation"] as const) : []),
    ...(searches ? (["path", "timeline"] as const) : []),
    "groups",
    ...(directs ? (["response"] as const) : []),
  ];
  const names: Record<LowerTab, string> = {
    response: asks === 0 ? texts.response.title : texts.response.open(asks),
    missing: texts.missing.key,
    case: texts.desk.timeline,
    mediation: texts.mediation.title,
    wall: texts.alerts.wall(silent),
    events: texts.events.title,
    path: texts.path.title,
    timeline: texts.search.timeline,
    groups: openGroups === 0 ? texts.groups.title : `${texts.groups.title} ${openGroups}`,
  };
  // In two steps, so that the map does not change its size with each answer.
  const height = shown !== "wall" ? "" : silent > SOME ? "all" : silent > FEW ? "many" : "";
  return (
    <section className={`lower ${shown} ${height}`}>
      <nav>
        {tabs.map((name) => (
          <button
            key={name}
            type="button"
            data-testid={`tab-${name}`}
            aria-pressed={shown === name}
            onClick={() => chooseLowerTab(name, alert?.alert_id ?? null)}
          >
            {names[name]}
          </button>
        ))}
        {shown === "path" && <PathNotes />}
      </nav>
      {shown === "response" ? <ResponsePanel /> : shown === "missing" ? <MissingPanel /> : shown === "case" ? <CaseTimeline /> : shown === "mediation" ? <MediationPanel /> : shown === "wall" ? <Wall /> : shown === "path" ? <PathPanel /> : shown === "timeline" ? <Timeline /> : shown === "groups" ? <GroupList /> : <EventList />}
      <SelectionCard />
    </section>
  );
}
