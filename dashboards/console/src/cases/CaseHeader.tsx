// The case at work: its title, where the person was last seen, other open cases, and closing it with an outcome.
import { Button, Input, Popover } from "antd";
import { useState } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { CaseKeys } from "../desk/CaseKeys";
import { useDraft } from "../desk/drafts";
import { hourAndMinute } from "../language/time";
import { openPlayback } from "../playback/store";
import { hub } from "../room/hub";
import { personName } from "../room/room";
import { hubNowMs, useRoom, useStore } from "../room/store";
import type { Case } from "../room/types";
import { useMay } from "../session/store";
import { CaseStanding } from "./CaseStanding";
import { useCaseDesk } from "./store";

export function CaseHeader({ current }: { current: Case }) {
  const texts = useTexts();
  const searches = useMay("search_footage");
  const venues = useRoom((room) => room.venues, null);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const openedBy = useRoom((room) => personName(room, current.opened_by), current.opened_by);
  const seen = [
    current.last_seen_at_ms === null ? "" : hourAndMinute(current.last_seen_at_ms, zone),
    venues?.get(current.last_seen_venue_id ?? "")?.name ?? "",
  ].filter((word) => word !== "");
  return (
    <header className="case-header" data-testid="case" data-case={current.case_id}>
      <div className="row">
        <h2 className="grow">{current.title}</h2>
        {searches && (
          <Button size="small" data-testid="case-footage" onClick={() => playFrom(current)}>
            {texts.playback.open}
          </Button>
        )}
        <Button size="small" data-testid="case-another" onClick={() => useCaseDesk.setState({ opening: true })}>
          {texts.cases.another}
        </Button>
        <CloseCase current={current} />
      </div>
      <p title={current.purpose}>
        <CaseStanding standing={current.standing} />
        {" · "}
        {texts.cases.opened(hourAndMinute(current.opened_at_ms, zone), openedBy)}
        {seen.length > 0 && ` · ${texts.cases.lastSeen} ${seen.join(" ")}`}
        {` · ${texts.labelled(texts.cases.purpose, current.purpose)}`}
      </p>
      <CaseKeys current={current} />
    </header>
  );
}

/** How long ago playback begins where nobody said when the person was last seen. */
const RECENTLY_MS = 5 * 60_000;

/** Open the cameras of the venue where the person was last seen, at that time. */
function playFrom(current: Case): void {
  const cameras = [...(useStore.getState().room?.cameras.values() ?? [])];
  const there = cameras.filter((one) => one.venue_id !== null && one.venue_id === current.last_seen_venue_id);
  openPlayback(current.case_id, there.map((one) => one.camera_id), current.last_seen_at_ms ?? hubNowMs() - RECENTLY_MS);
}

function CloseCase({ current }: { current: Case }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const [outcome, setOutcome] = useDraft(current.case_id, "outcome");
  const [shown, setShown] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function close(): Promise<void> {
    try {
      await hub.closeCase(current.case_id, outcome.trim());
      setOutcome("");
      setShown(false);
    } catch (error) {
      setFailure(error);
    }
  }

  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={shown}
      onOpenChange={setShown}
      content={
        <div className="close-case">
          {current.standing.kind === "missing_person" &&
            texts.cases.outcomes.map((value) => (
              <Button key={value} onClick={() => setOutcome(value)}>
                {value}
              </Button>
            ))}
          <Input
            data-testid="case-outcome"
            placeholder={texts.cases.outcome}
            value={outcome}
            onChange={(event) => setOutcome(event.target.value)}
          />
          {failure !== null && <div className="failure">{errorText(language, failure)}</div>}
          <Button data-testid="case-close-confirm" type="primary" disabled={outcome.trim() === ""} onClick={() => void close()}>
            {texts.cases.confirmClose}
          </Button>
        </div>
      }
    >
      <Button size="small" data-testid="case-close">
        {texts.cases.close}
      </Button>
    </Popover>
  );
}
