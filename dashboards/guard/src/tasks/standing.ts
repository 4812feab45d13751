// Pure: how far an ask is for whoever holds this phone; what was pressed and waits to leave counts already.
import type { Ask, AskStep, LineState } from "../../../console/src/response/types";
import type { AskPress, Press, PressOf } from "../answers/kept";

const STATE_AFTER: Readonly<Record<AskStep, LineState>> = { take: "taken", arrived: "arrived", done: "done", cannot: "cannot" };
const STEPS: Readonly<Record<LineState, readonly AskStep[]>> = {
  waiting: ["take", "cannot"],
  taken: ["arrived", "done", "cannot"],
  arrived: ["done", "cannot"],
  done: [],
  cannot: ["take"],
};

/** What one's own line says; null for who is not asked. */
export function ownState(ask: Ask, kept: readonly Press[], personId: string | null): LineState | null {
  if (ask.mine === null) return null;
  const pressed = kept.filter((one): one is PressOf<AskPress> => "ask_id" in one && one.ask_id === ask.ask_id && one.person_id === personId).at(-1);
  return pressed === undefined ? ask.mine.state : STATE_AFTER[pressed.step];
}

/** The keys that go on from there; none of one that is over. */
export const stepsFrom = (ask: Ask, state: LineState): readonly AskStep[] => (ask.phase === "closed" ? [] : STEPS[state]);

/** Those that wait for this person's first word. */
export const waitingFor = (asks: readonly Ask[], kept: readonly Press[], personId: string | null): Ask[] =>
  asks.filter((one) => one.phase !== "closed" && ownState(one, kept, personId) === "waiting");

/** How far the police are with what this person reported. */
export function reportState({ phase, tally }: Pick<Ask, "phase" | "tally">): LineState {
  if (phase === "closed" || tally.done > 0) return "done";
  return tally.arrived > 0 ? "arrived" : tally.taken > 0 ? "taken" : "waiting";
}

/** When this person's next word is due; null where none is. */
export const dueAtMs = (ask: Ask, state: LineState): number | null =>
  state === "waiting" ? ask.answer_by_ms : state === "taken" || state === "arrived" ? ask.finish_by_ms : null;
