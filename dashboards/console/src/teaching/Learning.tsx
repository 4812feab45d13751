// Learning on site: on or off, what was gathered, each attempt with before and after, and the keys to learn now and to go back.
import { Button, Popconfirm, Table } from "antd";
import { useState } from "react";

import { useChange } from "../administration/useChange";
import { errorText, useLanguage, useTexts } from "../language/language";
import { dayAndTime } from "../language/time";
import { useRoom } from "../room/store";
import { SHIPPED, teachingHub, type Judged, type TeachingState, type Version } from "./hub";

export function Learning({ state, again }: { state: TeachingState; again: () => void }) {
  const { teaching: words } = useTexts();
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const { change, busy, failure } = useChange(again);
  const [told, setTold] = useState<string | null>(null);
  const isLearning = state.is_learning || busy;
  const nameOf = (file: string): string => {
    const version = state.versions.find((one) => one.file === file);
    return file === SHIPPED ? words.shipped : words.version(version?.number ?? 0);
  };
  async function learn(): Promise<void> {
    const { version } = await teachingHub.learn();
    setTold(version === null ? words.tooFew : version.file === null ? words.kept : words.taken);
  }
  function press(doing: () => Promise<unknown>): void {
    setTold(null);
    void change(doing);
  }
  return (
    <>
      <h3>{words.learning}</h3>
      <dl>
        <dt>{words.standing}</dt>
        <dd data-testid="teaching-standing">
          {!state.is_on ? <span className="state-calm">{words.off}</span> : <span className={state.is_held ? "state-wait" : "state-good"}>{isLearning ? words.isLearning : state.is_held ? words.held : words.on}</span>}
        </dd>
        {state.is_on && (
          <>
            <dt>{words.inUse}</dt>
            <dd data-testid="teaching-current">{nameOf(state.current)}</dd>
            <dt>{words.gathered}</dt>
            <dd data-testid="teaching-lessons">{words.tracks(state.lessons)}</dd>
          </>
        )}
      </dl>
      {state.is_on && (
        <div className="administration-bar">
          <Popconfirm placement="bottomLeft" title={words.learnAsk} okText={words.learn} onConfirm={() => press(learn)}>
            <Button type="primary" data-testid="teaching-learn" loading={isLearning}>
              {words.learn}
            </Button>
          </Popconfirm>
          <Popconfirm placement="bottomLeft" title={words.backAsk} okText={words.back} onConfirm={() => press(teachingHub.goBack)}>
            <Button data-testid="teaching-back" disabled={isLearning || state.current === SHIPPED}>
              {words.back}
            </Button>
          </Popconfirm>
          {told !== null && <span data-testid="teaching-told">{told}</span>}
        </div>
      )}
      {failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
      {state.versions.length > 0 && (
        <Table<Version>
          data-testid="teaching-versions"
          size="small"
          rowKey="number"
          pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
          scroll={{ x: 860 }}
          dataSource={[...state.versions].reverse()}
          columns={[
            { title: words.attempt, width: 80, render: (_, one) => one.number },
            { title: words.when, width: 140, render: (_, one) => dayAndTime(one.learned_at_ms, zone) },
            { title: words.from, width: 240, render: (_, one) => words.lessons(one.lessons.tracks, one.lessons.cameras, one.lessons.half_hours) },
            { title: words.pairs, width: 110, render: (_, one) => one.verdict.pairs },
            { title: <span title={words.rankHint}>{words.rank}</span>, width: 160, render: (_, one) => <BeforeAfter of={one} field="usual_rank" digits={1} /> },
            { title: <span title={words.reciprocalHint}>{words.reciprocal}</span>, width: 160, render: (_, one) => <BeforeAfter of={one} field="reciprocal_rank" digits={3} /> },
            {
              title: words.outcome,
              render: (_, one) => <Outcome of={one} current={state.current} />,
            },
          ]}
        />
      )}
    </>
  );
}

function Outcome({ of: { file, verdict }, current }: { of: Version; current: string }) {
  const { teaching: words } = useTexts();
  if (file !== null) return <span className="state-good">{file === current ? words.used : words.wasTaken}</span>;
  const isBetterInBoth = isBetter(verdict, "usual_rank") && isBetter(verdict, "reciprocal_rank");
  return <span className="state-calm">{isBetterInBoth ? words.notSure : words.notTaken}</span>;
}

/** The usual rank is better below, its reciprocal above. */
function isBetter({ before, after }: Version["verdict"], field: keyof Judged): boolean {
  return field === "usual_rank" ? after[field] < before[field] : after[field] > before[field];
}

function BeforeAfter({ of: { verdict }, field, digits }: { of: Version; field: keyof Judged; digits: number }) {
  return (
    <>
      {verdict.before[field].toFixed(digits)} → <b className={isBetter(verdict, field) ? "state-good" : "state-calm"}>{verdict.after[field].toFixed(digits)}</b>
    </>
  );
}
