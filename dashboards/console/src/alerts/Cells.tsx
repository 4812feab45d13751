// The radios of an alert as cells: who has not answered first, with names; who has, small behind them.
import { useMemo, type KeyboardEvent } from "react";

import type { StepDone } from "../escalation/hub";
import { latestSteps } from "../escalation/steps";
import { useEscalation } from "../escalation/store";
import { stepWords } from "../escalation/words";
import { useTexts } from "../language/language";
import { duration } from "../language/time";
import { chooseOnMap } from "../map/store";
import { holderWords } from "../radios/holder";
import type { AlertRecord } from "../room/room";
import { useRoom, useStore } from "../room/store";
import type { Delivery } from "../room/types";
import { useSecond } from "../screen/useSecond";
import { isElsewhere, markOf, signOf, waitingMs, type Board } from "./board";
import { useToldBy } from "./told";

const NO_STEPS: ReadonlyMap<string, StepDone> = new Map();

interface Props {
  alert: AlertRecord;
  board: Board;
}

/** Who has not answered, who waits longest first. */
export function Silent({ alert, board }: Props) {
  const texts = useTexts();
  const now = useSecond();
  const escalation = useEscalation(alert.alert_id);
  const steps = useMemo(() => (escalation === null ? NO_STEPS : latestSteps(escalation)), [escalation]);
  return (
    <>
      <h4>
        {board.silent.length === 0 ? texts.alerts.everybody : `${texts.alerts.waiting} ${board.silent.length}/${board.total}`}
      </h4>
      <div className="cells" data-testid="board-silent" onKeyDown={goBetween}>
        {board.silent.map((one, at) => (
          <Cell key={one.radio_id} one={one} isFirst={at === 0} step={steps.get(one.radio_id)} waiting={duration(waitingMs(alert, one, now), texts)} />
        ))}
      </div>
    </>
  );
}

/** Who has, newest first. */
export function Answered({ board }: Pick<Props, "board">) {
  const texts = useTexts();
  return (
    <>
      {board.answered.length > 0 && (
        <h4>
          {texts.alerts.answered} {board.answered.length}/{board.total}
        </h4>
      )}
      <div className="dots" data-testid="board-answered" onKeyDown={goBetween}>
        {board.answered.map((one, at) => (
          <Dot key={one.radio_id} one={one} isFirst={at === 0} />
        ))}
      </div>
    </>
  );
}

/** The arrows go from cell to cell, so that the tab key does not stop at each of them. */
function goBetween(event: KeyboardEvent<HTMLElement>): void {
  const cells = [...event.currentTarget.querySelectorAll<HTMLButtonElement>("button")];
  const here = cells.findIndex((cell) => cell === event.target);
  const cell = cells[here];
  if (cell === undefined) return;
  const sameColumn = (one: HTMLButtonElement): boolean => Math.abs(one.offsetLeft - cell.offsetLeft) < one.offsetWidth / 2;
  const ways: Record<string, () => HTMLButtonElement | undefined> = {
    ArrowRight: () => cells[here + 1],
    ArrowLeft: () => cells[here - 1],
    ArrowDown: () => cells.slice(here + 1).find(sameColumn),
    ArrowUp: () => cells.slice(0, here).findLast(sameColumn),
    Home: () => cells[0],
    End: () => cells.at(-1),
  };
  const to = ways[event.key]?.();
  if (to === undefined) return;
  event.preventDefault();
  to.focus();
}

interface CellProps {
  one: Delivery;
  /** Where the tab key comes in. */
  isFirst: boolean;
}

/** What the pointer and a reader of the screen are told of one radio, and what its cell does: show it on the map. */
function useCell({ one, isFirst }: CellProps) {
  const texts = useTexts();
  const name = useRoom((room) => room.venues.get(one.venue_id)?.name ?? one.venue_id, one.venue_id);
  const radio = useRoom((room) => room.radios.get(one.radio_id), undefined);
  const told = useToldBy(one);
  const detail = [name, one.radio_id, holderWords(radio, texts), texts.delivery[one.state], told, one.attempts > 1 ? texts.alerts.attempts(one.attempts) : ""]
    .filter((word) => word !== "")
    .join(" · ");
  return {
    name,
    common: {
      type: "button",
      title: detail,
      "aria-label": detail,
      tabIndex: isFirst ? 0 : -1,
      "data-testid": "board-cell",
      "data-radio": one.radio_id,
      "data-state": one.state,
      onClick: () => useStore.getState().room?.venues.has(one.venue_id) === true && chooseOnMap({ kind: "venue", id: one.venue_id }),
    } as const,
  };
}

function Cell({ step, waiting, ...props }: CellProps & { step: StepDone | undefined; waiting: string }) {
  const { name, common } = useCell(props);
  return (
    <button {...common} className={`cell ${markOf(props.one)}`}>
      <b aria-hidden>{signOf(props.one)}</b>
      <span>{name}</span>
      <StepMark step={step} />
      <i>{waiting}</i>
    </button>
  );
}

function Dot(props: CellProps) {
  const { common } = useCell(props);
  return (
    <button {...common} className={`dot ${markOf(props.one)}${isElsewhere(props.one) ? " elsewhere" : ""}`}>
      {signOf(props.one)}
    </button>
  );
}

/** The latest that was done about a silent radio, in one letter; in words where the pointer rests. */
function StepMark({ step }: { step: StepDone | undefined }) {
  const texts = useTexts();
  const words = useRoom((room) => (step === undefined ? "" : stepWords(step, room, texts)), "");
  if (step === undefined) return null;
  return (
    <em className={`step${step.passed_over === null ? "" : " passed-over"}`} title={words} data-testid="board-step">
      {texts.escalation.mark[step.action]}
    </em>
  );
}
