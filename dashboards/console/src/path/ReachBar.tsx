// Where the person may be by now, and one key to speak to the guards there, one to alert them.
import { Button } from "antd";
import { useMemo } from "react";

import { aimAtVenues, proposeText } from "../alerts/store";
import { MAX_RADIOS } from "../groups/temporary";
import { useOpening } from "../groups/useOpening";
import { errorText, useLanguage, useTexts } from "../language/language";
import { clockTime, duration, hourAndMinute } from "../language/time";
import { addVenues, clearSelection } from "../map/selection";
import { radiosByVenue } from "../radios/byVenue";
import { hubNowMs, useRoom } from "../room/store";
import type { Radio } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { useMay } from "../session/store";
import { isOld, sinceLeft, venuesToCall } from "./shown";
import type { ReachNow } from "./types";

const NO_RADIOS: ReadonlyMap<string, Radio> = new Map();
/** The hub's word on a person still in view is this fresh at most. */
const IN_VIEW_MS = 20_000;

interface Props {
  reach: ReachNow;
  /** The camera's name. */
  from: string;
  isInView: boolean;
  /** What the person looks like, in words. */
  sought: string;
}

export function ReachBar({ reach, from, isInView, sought }: Props) {
  const texts = useTexts();
  const words = texts.path;
  const language = useLanguage((store) => store.language);
  const now = useSecond();
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const radios = useRoom((room) => room.radios, NO_RADIOS);
  const calls = useMay("call");
  const alerts = useMay("issue_alert");
  const { isOpening, failure, open } = useOpening();
  const { venueIds, share } = useMemo(
    () => venuesToCall(reach.venues, radiosByVenue(radios.values()), MAX_RADIOS),
    [reach.venues, radios],
  );
  const percent = Math.round(share * 100);
  const first = reach.venues.find((one) => one.venue_id === venueIds[0]);
  const firstName = useRoom((room) => room.venues.get(first?.venue_id ?? "")?.name, undefined);

  function alert(): void {
    proposeText(words.alertText(sought, clockTime(reach.left_at_ms, zone), from));
    aimAtVenues(venueIds);
  }

  function choose(): void {
    clearSelection();
    addVenues(venueIds);
  }

  return (
    <>
      <div className="path-reach" data-testid="path-reach" data-venues={venueIds.length}>
        <span className="where">
          <b>{isInView && sinceLeft(reach, now) < IN_VIEW_MS ? words.inView(from) : words.left(from, duration(sinceLeft(reach, now), texts))}</b>
          <span>
            {words.farthest(Math.round(reach.farthest_m))}
            {first !== undefined && firstName !== undefined && ` · ${words.firstVenue(firstName, clockTime(first.earliest_at_ms, zone))}`}
          </span>
          {isOld(reach, now) && <em>{words.old(clockTime(reach.now_at_ms, zone))}</em>}
        </span>
        {venueIds.length === 0 ? (
          <span className="bad">{words.nobodyToCall}</span>
        ) : (
          <>
            {calls && (
              <Button
                type="primary"
                data-testid="path-reach-call"
                title={words.callHint(percent)}
                loading={isOpening}
                onClick={() => void open({ name: words.groupName(from, hourAndMinute(hubNowMs(), zone)), venue_ids: venueIds })}
              >
                {words.call(venueIds.length)}
              </Button>
            )}
            {alerts && (
              <Button data-testid="path-reach-alert" title={words.alertHint} onClick={alert}>
                {words.alert}
              </Button>
            )}
            {calls && (
              <Button data-testid="path-reach-select" title={words.selectHint} onClick={choose}>
                {words.select}
              </Button>
            )}
          </>
        )}
      </div>
      {failure !== null && (
        <div className="failure" role="alert" data-testid="path-call-failure">
          {errorText(language, failure)}
        </div>
      )}
    </>
  );
}
