// Everybody: when and where they work, and whether they do now.
import { Button } from "antd";
import { useMemo, useState } from "react";

import { ListTab } from "../administration/ListTab";
import { useAnswer } from "../browser/useAnswer";
import { useTexts } from "../language/language";
import { usePlaceWords } from "../people/PlacePicker";
import { ROLES } from "../session/types";
import { shiftsHub, type CrewMember } from "./hub";
import { ShiftsForm } from "./ShiftsForm";
import { weeklyWords } from "./week";
import "./shifts.css";

interface Row extends CrewMember {
  placeWords: string;
}

type Now = "on" | "off" | "unplanned";
const NOWS: readonly Now[] = ["on", "off", "unplanned"];
const TONE: Record<Now, string> = { on: "state-good", off: "state-calm", unplanned: "state-calm" };

const nowOf = (one: CrewMember): Now => (one.is_on_shift ? "on" : one.shifts.length === 0 ? "unplanned" : "off");
const textOf = (one: Row): string => `${one.name} ${one.person_id} ${one.placeWords}`;

export function ShiftsTab() {
  const texts = useTexts();
  const words = texts.shifts;
  const placeWords = usePlaceWords();
  const crew = useAnswer(shiftsHub.crew);
  const rows = useMemo(() => (crew.value ?? []).map((one) => ({ ...one, placeWords: placeWords(one.places) })), [crew.value, placeWords]);
  const [edited, setEdited] = useState<CrewMember | null>(null);
  return (
    <>
      <ListTab
        testid="shifts"
        words={words}
        rows={rows}
        rowKey="person_id"
        textOf={textOf}
        answered={crew}
        failure={null}
        leastWidth={860}
        columns={[
          {
            title: texts.people.name,
            width: 160,
            sorter: (a, b) => a.name.localeCompare(b.name, "zh-CN"),
            render: (_, one) => (
              <span data-testid={`shifts-person-${one.person_id}`}>
                {one.name}
                <i className="cell-second">{one.person_id}</i>
              </span>
            ),
          },
          {
            title: texts.people.role,
            width: 100,
            filters: ROLES.map((role) => ({ text: texts.role[role], value: role })),
            onFilter: (role, one) => one.role === role,
            render: (_, one) => texts.role[one.role],
          },
          { title: texts.people.places, width: 180, dataIndex: "placeWords" },
          {
            title: words.plan,
            width: 340,
            render: (_, one) => (
              <ul className="weekly-words">
                {one.shifts.map((shift, at) => (
                  <li key={at}>
                    {placeWords([shift.place])} {weeklyWords(shift, texts.week)}
                  </li>
                ))}
              </ul>
            ),
          },
          {
            title: words.now,
            width: 110,
            filters: NOWS.map((now) => ({ text: words.nows[now], value: now })),
            onFilter: (now, one) => nowOf(one) === now,
            render: (_, one) => (
              <span className={TONE[nowOf(one)]} data-testid={`shifts-now-${one.person_id}`} data-now={nowOf(one)}>
                {words.nows[nowOf(one)]}
              </span>
            ),
          },
          {
            title: "",
            render: (_, one) => (
              <Button size="small" data-testid={`shifts-change-${one.person_id}`} onClick={() => setEdited(one)}>
                {words.change}
              </Button>
            ),
          },
        ]}
      />
      {edited !== null && (
        <ShiftsForm
          member={edited}
          onClose={() => setEdited(null)}
          onDone={() => {
            setEdited(null);
            crew.again();
          }}
        />
      )}
    </>
  );
}
