// Beside a picture with vision's looks over it: what the colours mean, what became of this picture, what was counted.
import { useTexts } from "../language/language";
import { useLive } from "../live/engine";
import { useRoom, useStore } from "../room/store";
import { useSecond } from "../screen/useSecond";
import { COLOURS } from "./colours";
import { perStage } from "./figures";
import type { Figures } from "./look";
import type { AnalysisState } from "./state";

/** Without a look for so long the panel says why. */
const SILENT_MS = 3_000;

export function AnalysisPanel({ cameraId }: { cameraId: string }) {
  const words = useTexts().analysis;
  const analysis = useLive((live) => live.analysis);
  const figures = analysis?.figures ?? null;
  const name = useRoom((room) => room.cameras.get(cameraId)?.name, undefined) ?? cameraId;
  return (
    <aside className="panel analysis" data-testid="analysis" data-boxes={analysis?.boxes ?? 0} data-drawn-at={analysis?.drawnAtUs ?? ""}>
      <h3>{words.title(name)}</h3>
      <Legend />
      <Picture cameraId={cameraId} analysis={analysis} />
      {figures !== null && <Counted figures={figures} />}
    </aside>
  );
}

function Legend() {
  const words = useTexts().analysis;
  return (
    <ul className="analysis-legend">
      <li>
        <i style={{ background: COLOURS.motion, opacity: 0.6 }} />
        {words.motion}
      </li>
      <li>
        <i style={{ border: `2px dashed ${COLOURS.region}` }} />
        {words.region}
      </li>
      <li>
        <i style={{ border: `1.5px solid ${COLOURS.detection}` }} />
        {words.detection}
      </li>
      <li>
        <i style={{ border: `1.5px solid ${COLOURS.detection}`, opacity: 0.4 }} />
        {words.doubtfulDetection}
      </li>
      <li>
        <i style={{ border: `4px solid ${COLOURS.track}` }} />
        {words.track}
      </li>
      <li>
        <i style={{ border: `4px dotted ${COLOURS.track}` }} />
        {words.trackUnseen}
      </li>
    </ul>
  );
}

/** What became of the picture that is shown. */
function Picture({ cameraId, analysis }: { cameraId: string; analysis: AnalysisState | null }) {
  const words = useTexts().analysis;
  const isLookedAt = useRoom((room) => room.cameras.get(cameraId)?.looked_at, false);
  const nowMs = useSecond() - useStore((store) => store.clockOffsetMs);
  const shown = analysis?.shown ?? null;
  if (analysis?.isRefused === true) return <p className="analysis-why">{words.refused}</p>;
  if (shown === null) {
    const isSilent = nowMs - (analysis?.cameAtMs ?? 0) > SILENT_MS;
    return <p className="analysis-why">{isLookedAt !== true ? words.notLookedAt : isSilent ? words.waiting : words.noLook}</p>;
  }
  return (
    <>
      <p className="analysis-note">{words.onlyLooked}</p>
      <dl data-testid="analysis-picture">
        <dt>{words.thisPicture}</dt>
        <dd className={shown.isLooked ? "good" : ""}>{shown.isLooked ? words.looked : words.skipped}</dd>
        <dt>{words.background}</dt>
        <dd className={shown.isSettled ? "good" : "wait"}>{shown.isSettled ? words.settled : words.learning}</dd>
        <dt>{words.moving}</dt>
        <dd>{(shown.moving * 100).toFixed(1)} %</dd>
        <dt>{words.detections}</dt>
        <dd>{shown.detections}</dd>
        <dt>{words.doubtful}</dt>
        <dd>{shown.doubtful}</dd>
        <dt>{words.tracks}</dt>
        <dd>{shown.tracks}</dd>
        <dt>{words.delay}</dt>
        <dd>{words.seconds(((analysis?.delayMs ?? 0) / 1000).toFixed(1))}</dd>
      </dl>
    </>
  );
}

function Counted({ figures }: { figures: Figures }) {
  const words = useTexts().analysis;
  const rows: [string, number][] = [
    [words.framesDecoded, figures.frames_decoded],
    [words.framesLookedAt, figures.frames_looked_at],
    [words.framesShed, figures.frames_shed],
    [words.detectorCalls, figures.detector_calls],
    [words.allDetections, figures.detections],
    [words.allTracks, figures.tracks],
    [words.sightings, figures.sightings],
  ];
  const stages = perStage(figures);
  return (
    <>
      <h4>{words.counted}</h4>
      <dl data-testid="analysis-figures">
        {rows.map(([name, count]) => [<dt key={`${name}-name`}>{name}</dt>, <dd key={name}>{count}</dd>])}
      </dl>
      {stages.length > 0 && (
        <>
          <h4>{words.stages}</h4>
          <dl>
            {stages.map(({ stage, ms }) => [
              <dt key={`${stage}-name`}>{words.stage[stage]}</dt>,
              <dd key={stage}>{ms === null ? "–" : words.milliseconds(ms.toFixed(ms < 10 ? 2 : 1))}</dd>,
            ])}
          </dl>
        </>
      )}
    </>
  );
}
