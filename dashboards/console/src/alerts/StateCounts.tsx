// How many radios an alert reached at each state, how long the slowest took, and the same as bars.
import { useTexts } from "../language/language";
import { SIGNS, type Board, type Stage } from "./board";

interface CountProps {
  name: string;
  testid: string;
  value: number;
  tone: string;
  sign?: string;
  /** Of how many; draws the bar. */
  total?: number;
  last?: string;
}

function Count({ name, testid, value, tone, sign, total, last }: CountProps) {
  return (
    <div className={`count ${tone}`} data-testid={testid} data-value={value} title={last}>
      <b>{value}</b>
      <span>
        {sign !== undefined && <em aria-hidden>{sign}</em>}
        {name}
      </span>
      {last !== undefined && <i>{last}</i>}
      {total !== undefined && <u style={{ width: `${total === 0 ? 0 : Math.round((100 * value) / total)}%` }} />}
    </div>
  );
}

export function StateCounts({ board }: { board: Board }) {
  const texts = useTexts();
  const { count } = texts.alerts;
  const after = ({ lastMs }: Stage): string => (lastMs === null ? "" : texts.alerts.last(texts.seconds(Math.round(lastMs / 100) / 10)));
  const stages = ["sent", "delivered", "played", "acknowledged", "reported"] as const;
  const tones = { sent: "calm", delivered: "calm", played: "calm", acknowledged: "good", reported: "told" };
  return (
    <>
      <div className="counts silent-counts">
        <Count
          name={count.undelivered}
          testid="board-count-undelivered"
          value={board.undelivered}
          tone={board.undelivered > 0 ? "bad" : "calm"}
        />
        <Count
          name={count.unacknowledged}
          testid="board-count-unacknowledged"
          value={board.unacknowledged}
          tone={board.unacknowledged > 0 ? "wait" : "calm"}
        />
      </div>
      <div className="counts">
        <Count name={count.queued} sign={SIGNS.queued} testid="board-count-queued" value={board.queued} tone="calm" last="" />
        {stages.map((stage) => (
          <Count
            key={stage}
            name={count[stage]}
            sign={SIGNS[stage]}
            testid={`board-count-${stage}`}
            value={board[stage].count}
            tone={tones[stage]}
            total={board.total}
            last={after(board[stage])}
          />
        ))}
      </div>
    </>
  );
}
