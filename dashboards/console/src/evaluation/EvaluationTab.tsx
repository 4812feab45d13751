// How venues and grids did their duties: a period, its figures against the one before, their course, and who needs looking at.
import { Button, Input, Segmented, Table, type TableProps } from "antd";
import { useCallback, useMemo, useState } from "react";

import { useAnswer } from "../browser/useAnswer";
import { errorText, useLanguage, useTexts } from "../language/language";
import { calendarDay, clockTime, HERE } from "../language/time";
import { useRoom } from "../room/store";
import { Chart } from "./Chart";
import { byFigure, changeOf, dayAfter, NAMES, ranksOf, SHOWN, valueText, type Name } from "./figures";
import { evaluationHub, type Wanted } from "./hub";
import { PERIODS, UNITS, type Evaluation, type Line } from "./types";
import "./evaluation.css";

export function EvaluationTab() {
  const texts = useTexts();
  const words = texts.evaluation;
  const language = useLanguage((store) => store.language);
  const zone = useRoom((room) => room.community.time_zone, HERE);
  const [wanted, setWanted] = useState<Wanted>({ period: "week", unit: "venue", from: null });
  const answered = useAnswer(useCallback(() => evaluationHub.evaluation(wanted), [wanted]));
  const [making, setMaking] = useState<"csv" | "pdf" | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const { value } = answered;
  const [openedAtMs] = useState(() => Date.now());
  const today = calendarDay(openedAtMs, zone);
  const go = (from: string | null): void => setWanted({ ...wanted, from });
  const take = (form: "csv" | "pdf"): void => {
    if (value === null) return;
    setMaking(form);
    setFailure(null);
    evaluationHub
      .file(wanted, form, language === "en")
      .then((file) => save(file, `evaluation-${value.unit}-${value.first_day}-${value.last_day}.${form}`), setFailure)
      .finally(() => setMaking(null));
  };
  const wrong = failure ?? answered.failure;
  return (
    <section className="evaluation" data-testid="evaluation" data-loading={answered.loading}>
      <div className="administration-bar">
        <Segmented
          data-testid="evaluation-period"
          value={wanted.period}
          onChange={(period) => setWanted({ ...wanted, period })}
          options={PERIODS.map((one) => ({ value: one, label: words.periods[one] }))}
        />
        <Button data-testid="evaluation-earlier" disabled={value === null} onClick={() => value && go(dayAfter(value.first_day, -1))}>
          ◀ {words.earlier}
        </Button>
        <b className="evaluation-days" data-testid="evaluation-days">
          {value === null ? "" : value.first_day === value.last_day ? value.first_day : `${value.first_day} – ${value.last_day}`}
        </b>
        <Button
          data-testid="evaluation-later"
          disabled={value === null || value.last_day >= today}
          onClick={() => value && go(dayAfter(value.last_day, 1))}
        >
          {words.later} ▶
        </Button>
        <span className="space" />
        <span className="count">{value !== null && (value.as_of_ms === 0 ? words.notYet : words.asOf(clockTime(value.as_of_ms, zone)))}</span>
        {(["csv", "pdf"] as const).map((form) => (
          <Button key={form} data-testid={`evaluation-${form}`} disabled={value === null || making !== null} onClick={() => take(form)}>
            {making === form ? words.making : form.toUpperCase()}
          </Button>
        ))}
      </div>
      {wrong !== null && (
        <div className="failure" role="alert" data-testid="evaluation-failure">
          {errorText(language, wrong)}
        </div>
      )}
      <p className="evaluation-duties">{words.ofDuties}</p>
      {value !== null && (
        <>
          <div className="evaluation-figures">
            {NAMES.map((name) => (
              <Headline key={name} name={name} evaluation={value} isOver={value.last_day < today} />
            ))}
          </div>
          <Course evaluation={value} />
          <Lines evaluation={value} unit={wanted.unit} choose={(unit) => setWanted({ ...wanted, unit })} />
        </>
      )}
    </section>
  );
}

function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function Headline({ name, evaluation, isOver }: { name: Name; evaluation: Evaluation; isOver: boolean }) {
  const words = useTexts().evaluation;
  const shown = SHOWN[name];
  const value = shown.of(evaluation.whole);
  const change = changeOf(shown, evaluation.whole, evaluation.before, isOver);
  return (
    <div className="evaluation-figure" data-testid={`evaluation-${name}`}>
      <span className="name">{words.shown[name]}</span>
      <span className="value">
        {valueText(value, shown.kind)}
        {shown.kind === "seconds" && value !== null && <small> {words.second}</small>}
      </span>
      <span className="before">
        {words.before(valueText(shown.of(evaluation.before), shown.kind))}
        {change !== null && change.verdict !== "same" && (
          <em className={change.verdict}>
            {change.text} {words[change.verdict]}
          </em>
        )}
        {name === "exercises" && value !== 0 && <em>{words.acknowledgedOf(evaluation.whole.exercises_acknowledged)}</em>}
      </span>
    </div>
  );
}

function Course({ evaluation: { course } }: { evaluation: Evaluation }) {
  const words = useTexts().evaluation;
  const days = course.map((one) => one.day);
  const of = (name: Name): (number | null)[] =>
    course.map((one) => (one.figures.alerts === 0 ? null : SHOWN[name].of(one.figures)));
  const common = { days, nothing: words.nothingOn };
  return (
    <div className="evaluation-charts">
      <Chart
        {...common}
        title={words.shareByDay}
        testid="chart-share"
        kind="share"
        form="bars"
        series={[{ name: words.columns.acknowledged, look: "share", values: of("acknowledged") }]}
      />
      <Chart
        {...common}
        title={words.secondsByDay}
        testid="chart-seconds"
        kind="seconds"
        form="lines"
        series={[
          { name: words.p90, look: "p90", values: of("p90") },
          { name: words.median, look: "median", values: of("median") },
        ]}
      />
      <Chart
        {...common}
        title={words.overdueByDay}
        testid="chart-overdue"
        kind="count"
        form="bars"
        series={[{ name: words.columns.overdue, look: "overdue", values: of("overdue") }]}
      />
    </div>
  );
}

interface LinesProps {
  evaluation: Evaluation;
  unit: Wanted["unit"];
  choose: (unit: Wanted["unit"]) => void;
}

function Lines({ evaluation, unit, choose }: LinesProps) {
  const words = useTexts().evaluation;
  const [sought, setSought] = useState("");
  const ranks = useMemo(() => ranksOf(evaluation), [evaluation]);
  const text = sought.trim().toLowerCase();
  const rows = useMemo(
    () => evaluation.lines.filter((one) => `${one.id} ${one.name}`.toLowerCase().includes(text)),
    [evaluation.lines, text],
  );
  const columns: NonNullable<TableProps<Line>["columns"]> = [
    {
      title: words.rank,
      width: 64,
      render: (_, line) => ranks.get(line.id) ?? <span className="state-calm">{words.few}</span>,
    },
    { title: words.unitNames[unit], dataIndex: "name", ellipsis: true, sorter: (one, other) => one.name.localeCompare(other.name, "zh") },
    ...NAMES.map((name) => ({
      title: words.columns[name],
      key: name,
      width: 108,
      align: "right" as const,
      sorter: byFigure(SHOWN[name]),
      render: (_: unknown, line: Line) => <span className={line.few ? "state-calm" : ""}>{valueText(SHOWN[name].of(line.figures), SHOWN[name].kind)}</span>,
    })),
  ];
  return (
    <>
      <div className="administration-bar">
        <Segmented
          data-testid="evaluation-unit"
          value={unit}
          onChange={choose}
          options={UNITS.map((one) => ({ value: one, label: words.units[one] }))}
        />
        <Input
          className="search"
          data-testid="evaluation-search"
          allowClear
          placeholder={words.search}
          value={sought}
          onChange={(event) => setSought(event.target.value)}
        />
        <span className="count">{words.count(rows.length)}</span>
      </div>
      <Table<Line>
        data-testid="evaluation-table"
        size="small"
        rowKey="id"
        dataSource={rows}
        locale={{ emptyText: words.none }}
        pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
        showSorterTooltip={false}
        columns={columns}
      />
    </>
  );
}
