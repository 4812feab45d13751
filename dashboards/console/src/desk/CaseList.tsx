// The open cases, the overdue and then the most urgent first: what each is, where it stands, whose it is, how long there is.
import { Button } from "antd";
import { useState } from "react";

import { openCases, useCaseDesk } from "../cases/store";
import { CaseStanding } from "../cases/CaseStanding";
import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { Case } from "../room/types";
import { useMay, useSession } from "../session/store";
import { HandOver } from "./HandOver";
import { byUrgency, isOwnedBy } from "./order";
import "./desk.css";

const NO_CASES: ReadonlyMap<string, Case> = new Map();

export function CaseList({ current }: { current: Case }) {
  const texts = useTexts();
  const cases = useRoom((room) => room.cases, NO_CASES);
  const me = useSession((session) => session.person?.person_id ?? "");
  const decides = useMay("open_case");
  const [isMine, setMine] = useState(false);
  const [isHanding, setHanding] = useState(false);
  const all = openCases(cases.values());
  const shown = byUrgency(isMine ? all.filter((one) => isOwnedBy(one, me)) : all);
  if (all.length < 2) return null;
  return (
    <nav className="case-list" data-testid="case-list">
      <div className="row">
        <b className="grow">{texts.desk.open(all.length)}</b>
        <Button size="small" aria-pressed={isMine} type={isMine ? "primary" : "default"} data-testid="case-list-mine" onClick={() => setMine(!isMine)}>
          {texts.desk.mine(all.filter((one) => isOwnedBy(one, me)).length)}
        </Button>
        {decides && (
          <Button size="small" data-testid="hand-over" onClick={() => setHanding(true)}>
            {texts.desk.handOver}
          </Button>
        )}
      </div>
      <ul>
        {shown.map((one) => (
          <li key={one.case_id}>
            <button
              type="button"
              aria-pressed={one.case_id === current.case_id}
              data-testid="case-row"
              data-case={one.case_id}
              onClick={() => useCaseDesk.setState({ chosenId: one.case_id, opening: false })}
            >
              <i className={`grade g${one.standing.grade}`} title={texts.desk.grade(one.standing.grade)}>
                {one.standing.grade}
              </i>
              <span className="title">{one.title}</span>
              <small>{texts.cases.kind[one.standing.kind]}</small>
              <CaseStanding standing={one.standing} />
            </button>
          </li>
        ))}
      </ul>
      {isHanding && <HandOver cases={shown} onDone={() => setHanding(false)} />}
    </nav>
  );
}
