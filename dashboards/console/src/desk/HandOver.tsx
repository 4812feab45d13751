// At the change of shift: the cases that go over, what the next one must know of each, to whom, and one key.
import { Button, Checkbox, Input, Modal } from "antd";
import { useEffect, useState } from "react";

import { errorText, inLanguage, useLanguage, useTexts } from "../language/language";
import type { Case } from "../room/types";
import { useSession } from "../session/store";
import { deskHub } from "./hub";
import { isOwnedBy } from "./order";
import { OwnerSelect } from "./OwnerSelect";
import type { Summary } from "./types";

export function HandOver({ cases, onDone }: { cases: readonly Case[]; onDone: () => void }) {
  const texts = useTexts();
  const words = texts.desk;
  const language = useLanguage((store) => store.language);
  const me = useSession((session) => session.person?.person_id ?? "");
  const [offered] = useState(cases);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(offered.filter((one) => isOwnedBy(one, me)).map((one) => one.case_id)));
  const [summaries, setSummaries] = useState<readonly Summary[]>([]);
  const [to, setTo] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    deskHub.summaries(offered.map((one) => one.case_id)).then(setSummaries, setFailure);
  }, [offered]);

  async function go(toPersonId: string): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      await deskHub.handOver([...chosen], toPersonId, note.trim());
      onDone();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <Modal open width={720} title={words.handOverTitle} onCancel={onDone} footer={null} className="hand-over">
      <ul>
        {offered.map((one) => {
          const summary = summaries.find((told) => told.case_id === one.case_id);
          return (
            <li key={one.case_id} data-testid="hand-over-case">
              <Checkbox
                checked={chosen.has(one.case_id)}
                onChange={({ target }) => {
                  const next = new Set(chosen);
                  if (target.checked) next.add(one.case_id);
                  else next.delete(one.case_id);
                  setChosen(next);
                }}
              >
                <b>{one.title}</b>
              </Checkbox>
              {summary !== undefined && <p>{inLanguage(language, summary.words, summary.words_en)}</p>}
            </li>
          );
        })}
      </ul>
      <div className="to-whom">
        <OwnerSelect value={to} onChange={setTo} testid="hand-over-to" />
        <Input value={note} maxLength={200} placeholder={words.note} data-testid="hand-over-note" onChange={(event) => setNote(event.target.value)} />
      </div>
      {failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
      <Button block type="primary" size="large" loading={busy} disabled={to === null || chosen.size === 0} data-testid="hand-over-go" onClick={() => to !== null && void go(to)}>
        {words.handOverGo(chosen.size)}
      </Button>
    </Modal>
  );
}
