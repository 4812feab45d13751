// How a case stands: its stage, who is to act, and how long they have; plainly marked where nobody acted in time.
import { duration } from "../language/time";
import { useTexts } from "../language/language";
import { personName } from "../room/room";
import { useRoom } from "../room/store";
import type { Standing } from "../room/types";
import { useSecond } from "../screen/useSecond";

export function CaseStanding({ standing }: { standing: Standing }) {
  const texts = useTexts();
  const nowMs = useSecond();
  const { owner, deadline_ms: deadlineMs } = standing;
  const personId = owner?.person_id ?? null;
  const name = useRoom((room) => (personId === null ? null : personName(room, personId)), null);
  if (owner === null || deadlineMs === null) return null;
  const leftMs = deadlineMs - nowMs;
  const words = [
    texts.cases.stages[standing.stage],
    name ?? texts.role[owner.role],
    leftMs > 0 ? texts.cases.left(duration(leftMs, texts)) : texts.cases.late,
    ...(standing.overdue > 0 ? [texts.cases.overdueTimes(standing.overdue)] : []),
  ];
  return (
    <strong className="case-standing" data-testid="case-standing" data-late={standing.overdue > 0 || leftMs <= 0}>
      {words.join(" · ")}
    </strong>
  );
}
