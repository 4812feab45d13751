// Weekly times as rows of a form: days, from, until, and where a time has one, its place.
import { Button, Checkbox, Input, Select, type SelectProps } from "antd";

import { useTexts } from "../language/language";
import { minuteOf, WEEKDAYS, type Draft } from "./week";

interface Props {
  drafts: readonly Draft[];
  onChange: (drafts: Draft[]) => void;
  /** What a new row holds. */
  blank: Draft;
  most: number;
  /** The places to choose from, for times that have one. */
  places?: NonNullable<SelectProps["options"]>;
}

export function WeeklyRows({ drafts, onChange, blank, most, places }: Props) {
  const texts = useTexts();
  const words = texts.week;
  const put = (at: number, part: Partial<Draft>): void => onChange(drafts.map((one, index) => (index === at ? { ...one, ...part } : one)));
  const time = (at: number, name: "begin" | "end", text: string) => (
    <Input
      className="time"
      data-testid={`weekly-${name}`}
      aria-label={words[name]}
      value={text}
      status={minuteOf(text) === null ? "error" : ""}
      onChange={(event) => put(at, { [name]: event.target.value })}
    />
  );
  return (
    <div className="weekly-rows">
      {drafts.map((draft, at) => (
        // Rows have no name of their own and are only added at the end.
        <div key={at} className="weekly-row" data-testid="weekly-row">
          {places !== undefined && (
            <Select
              data-testid="weekly-place"
              className="wide"
              showSearch={{ optionFilterProp: "label" }}
              placeholder={words.choosePlace}
              value={draft.place === "" ? null : draft.place}
              onChange={(place: string) => put(at, { place })}
              options={places}
            />
          )}
          <Checkbox.Group
            data-testid="weekly-days"
            options={WEEKDAYS.map((day) => ({ value: day, label: words.days[day - 1] }))}
            value={draft.weekdays}
            onChange={(weekdays) => put(at, { weekdays: [...weekdays].sort((a, b) => a - b) })}
          />
          <span className="row">
            {time(at, "begin", draft.begin)}–{time(at, "end", draft.end)}
            <Button size="small" danger data-testid="weekly-remove" onClick={() => onChange(drafts.filter((_, index) => index !== at))}>
              {words.remove}
            </Button>
          </span>
        </div>
      ))}
      <Button data-testid="weekly-add" disabled={drafts.length >= most} onClick={() => onChange([...drafts, blank])}>
        {words.add}
      </Button>
      <p className="hint">{words.hint}</p>
    </div>
  );
}
