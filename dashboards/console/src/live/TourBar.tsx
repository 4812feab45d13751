// Above the wall while a tour runs: which step, how long still, the keys, and who was not seen.
import { useTexts } from "../language/language";
import { useRoom, useStore } from "../room/store";
import type { Camera } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { changeRun, useWall } from "./store";
import { leftMs, pause, turn } from "./tour";

const NO_CAMERAS: ReadonlyMap<string, Camera> = new Map();

export function TourBar() {
  const texts = useTexts();
  const words = texts.tours;
  const run = useWall((store) => store.run);
  const nowMs = useSecond() - useStore((store) => store.clockOffsetMs);
  if (run === null) return null;
  return (
    <div className="tour-bar" data-testid="tour-bar" data-step={run.step}>
      <b>{run.tour.name}</b>
      <span>{words.step(run.step + 1, run.steps.length)}</span>
      <span className={run.pausedAtMs === null ? "" : "paused"}>
        {run.pausedAtMs === null ? words.left(Math.ceil(leftMs(run, nowMs) / 1000)) : words.paused}
      </span>
      <button type="button" data-testid="tour-previous" onClick={() => changeRun((now) => turn(now, -1, Date.now()))}>
        {words.previous}
      </button>
      <button type="button" data-testid="tour-pause" onClick={() => changeRun((now) => pause(now, Date.now()))}>
        {run.pausedAtMs === null ? words.pause : words.goOn}
      </button>
      <button type="button" data-testid="tour-next" onClick={() => changeRun((now) => turn(now, 1, Date.now()))}>
        {words.next}
      </button>
      <button type="button" data-testid="tour-stop" onClick={() => changeRun(() => null)}>
        {words.stop}
      </button>
      <NotSeen ids={run.notSeen} words={words.notSeen} testid="tour-not-seen" />
      <NotSeen ids={run.notSeenBefore} words={words.notSeenBefore} testid="tour-not-seen-before" />
    </div>
  );
}

function NotSeen({ ids, words, testid }: { ids: readonly string[]; words: (n: number) => string; testid: string }) {
  const cameras = useRoom((room) => room.cameras, NO_CAMERAS);
  if (ids.length === 0) return null;
  const names = ids.map((id) => cameras.get(id)?.name ?? id).join("、");
  return (
    <span className="tour-missed" title={names} data-testid={testid}>
      {words(ids.length)}：{names}
    </span>
  );
}
