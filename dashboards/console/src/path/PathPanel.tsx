// Below the map: the sought person's path, step by step, where the person may be now, and what is not sure about it.
import { Button } from "antd";

import { errorText, useLanguage, useTexts } from "../language/language";
import { useRoom } from "../room/store";
import { unseenNow } from "../search/unseen";
import { useHits } from "../search/useHits";
import { describeWords } from "../search/words";
import { Choice } from "./Choice";
import { ReachBar } from "./ReachBar";
import { Rejected } from "./Rejected";
import { lastCertain, type ShownStep } from "./shown";
import { findPath, lookFor, type CasePath } from "./store";
import { Strip } from "./Strip";
import { useShownPath } from "./useShownPath";
import "./path.css";

export function PathPanel() {
  const texts = useTexts();
  const words = texts.path;
  const { caseId, found, steps } = useShownPath();
  const title = useRoom((room) => room.cases.get(caseId ?? "")?.title, undefined) ?? "";
  const hasHits = useHits().length > 0;
  const { answer, reach, isFinding, query } = found;
  const watches = useRoom((room) => room.cases.get(caseId ?? "")?.watches, undefined);
  // Nothing was searched for here, and each finding is a search: it is made when somebody asks for it.
  const watch = query === null && hasHits ? watches?.filter((one) => one.ended_at_ms === null).at(-1) : undefined;
  const last = answer?.paths.flatMap((path) => path.steps).find((step) => step.sighting.sighting_id === reach?.from_sighting_id)?.sighting;
  const from = useRoom((room) => room.cameras.get(last?.camera_id ?? "")?.name, undefined) ?? last?.camera_id ?? "";
  const description = describeWords(found.query?.description ?? null, texts);
  const sought = [title, description].filter((part) => part !== "").join(texts.path.colon);
  if (caseId === null) return <div className="empty">{words.noCase}</div>;
  if (answer === null) {
    return (
      <div className="path">
        <Failure caseId={caseId} failure={found.failure} />
        <div className="empty" data-testid="path-empty">
          {isFinding ? words.finding : found.failure !== null || watch !== undefined ? "" : words.ready}
          {watch !== undefined && (
            <Button type="primary" data-testid="path-find" onClick={() => lookFor(caseId, watch.query)}>
              {words.findWatched}
            </Button>
          )}
        </div>
      </div>
    );
  }
  return (
    <div className="path" data-testid="path" data-steps={steps.length}>
      {reach !== null && steps.length > 0 && <ReachBar reach={reach} from={from} isInView={last?.ended === false} sought={sought} />}
      <Failure caseId={caseId} failure={found.failure} />
      {steps.length === 0 ? (
        <div className="empty" data-testid="path-empty">
          {words.notFound}
        </div>
      ) : (
        <Strip caseId={caseId} found={found} steps={steps} />
      )}
    </div>
  );
}

/** Beside the tabs: which path is looked at, what is not sure about it, what was ruled out. */
export function PathNotes() {
  const { caseId, found, steps } = useShownPath();
  if (caseId === null || found.answer === null) return null;
  return (
    <div className="path-notes">
      <Choice caseId={caseId} found={found} />
      <Rejected caseId={caseId} found={found} />
      <Notes found={found} steps={steps} />
    </div>
  );
}

/** What the answer cannot know. */
function Notes({ found, steps }: { found: CasePath; steps: readonly ShownStep[] }) {
  const { path: words } = useTexts();
  const cameras = useRoom((room) => room.cameras, null);
  const { answer, isFinding } = found;
  if (answer === null) return null;
  const name = (id: string): string => cameras?.get(id)?.name ?? id;
  const unplaced = answer.cameras_without_place.map(name);
  const unseen = unseenNow(answer.coverage).map(name);
  return (
    <>
      {isFinding && <span className="quiet">{words.finding}</span>}
      {steps.length > 0 && lastCertain(answer.paths[found.chosen]) === null && (
        <span className="puzzled" data-testid="path-no-reach">
          {words.noReach}
        </span>
      )}
      {unseen.length > 0 && (
        <span className="puzzled" title={unseen.join("、")}>
          {words.offLine(unseen.length)}
        </span>
      )}
      {unplaced.length > 0 && (
        <span className="puzzled" title={unplaced.join("、")} data-testid="path-unplaced">
          {words.unplaced(unplaced.length)}
        </span>
      )}
    </>
  );
}

function Failure({ caseId, failure }: { caseId: string; failure: unknown }) {
  const { path: words } = useTexts();
  const language = useLanguage((store) => store.language);
  if (failure === null) return null;
  return (
    <div className="failure" role="alert" data-testid="path-failure">
      {words.failed} {errorText(language, failure)}{" "}
      <button type="button" className="path-key" onClick={() => void findPath(caseId)}>
        {words.again}
      </button>
    </div>
  );
}
