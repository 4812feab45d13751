// What the police room may do to a case in its stage, as keys; who gets it and a note where the action asks for one.
import { Button, Input, Popover, Select } from "antd";
import { useState } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { useRoom } from "../room/store";
import { CASE_KINDS, type Case, type CaseAction, type CaseKind } from "../room/types";
import { useMay } from "../session/store";
import { useDraft } from "./drafts";
import { deskHub } from "./hub";
import { OwnerSelect } from "./OwnerSelect";

const NAMES_WHOM: readonly CaseAction[] = ["dispatch", "hand_over"];
const NONE: readonly CaseAction[] = [];
const GRADES = [1, 2, 3, 4, 5];

export function CaseKeys({ current }: { current: Case }) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const decides = useMay("open_case");
  const { stage } = current.standing;
  const actions = useRoom((room) => (stage === "closed" ? NONE : (room.caseActions[stage] ?? NONE)), NONE);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState<CaseAction | "grade" | null>(null);

  /** Whether it was done. */
  async function doing(work: () => Promise<unknown>): Promise<boolean> {
    setBusy(true);
    setFailure(null);
    try {
      await work();
      setAsking(null);
      return true;
    } catch (error) {
      setFailure(error);
      return false;
    } finally {
      setBusy(false);
    }
  }

  if (!decides) return null;
  return (
    <div className="case-keys" data-testid="case-keys">
      {actions.map((action) =>
        NAMES_WHOM.includes(action) ? (
          <Popover
            key={action}
            trigger="click"
            placement="bottomRight"
            open={asking === action}
            onOpenChange={(open) => setAsking(open ? action : null)}
            content={<ToWhom caseId={current.case_id} action={action} busy={busy} failure={failure} onGo={(to, note) => doing(() => deskHub.act(current.case_id, { action, to_person_id: to, note }))} />}
          >
            <Button size="small" data-testid={`case-act-${action}`}>
              {texts.cases.actions[action]}…
            </Button>
          </Popover>
        ) : (
          <Button key={action} size="small" disabled={busy} data-testid={`case-act-${action}`} onClick={() => void doing(() => deskHub.act(current.case_id, { action }))}>
            {action === "take" ? texts.desk.take : texts.cases.actions[action]}
          </Button>
        ),
      )}
      <Select
        size="small"
        variant="borderless"
        value={current.standing.kind}
        data-testid="case-kind"
        onChange={(kind: CaseKind) => void doing(() => deskHub.grade(current.case_id, kind, current.standing.grade))}
        options={CASE_KINDS.map((value) => ({ value, label: texts.cases.kind[value] }))}
      />
      <Select
        size="small"
        variant="borderless"
        value={current.standing.grade}
        data-testid="case-grade"
        onChange={(grade: number) => void doing(() => deskHub.grade(current.case_id, current.standing.kind, grade))}
        options={GRADES.map((value) => ({ value, label: texts.desk.grade(value) }))}
      />
      {failure !== null && asking === null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
    </div>
  );
}

interface Asked {
  caseId: string;
  action: CaseAction;
  busy: boolean;
  failure: unknown;
  /** Whether it was done. */
  onGo: (toPersonId: string, note: string) => Promise<boolean>;
}

function ToWhom({ caseId, action, busy, failure, onGo }: Asked) {
  const texts = useTexts();
  const language = useLanguage((store) => store.language);
  const [to, setTo] = useDraft(caseId, `to:${action}`);
  const [note, setNote] = useDraft(caseId, `words:${action}`);

  async function go(): Promise<void> {
    if (!(await onGo(to, note))) return;
    setTo("");
    setNote("");
  }

  return (
    <div className="to-whom">
      <OwnerSelect value={to === "" ? null : to} onChange={(chosen) => setTo(chosen ?? "")} testid="case-to" />
      <Input value={note} maxLength={500} placeholder={texts.desk.note} data-testid="case-act-note" onChange={(event) => setNote(event.target.value)} />
      {failure !== null && <div className="failure">{errorText(language, failure)}</div>}
      <Button type="primary" loading={busy} disabled={to === ""} data-testid="case-act-go" onClick={() => void go()}>
        {texts.cases.actions[action]}
      </Button>
    </div>
  );
}
