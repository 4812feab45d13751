// Conditions beside colours and size: pattern, backpack, hat, company, movement, direction.
import { Segmented, Select } from "antd";

import { useTexts } from "../language/language";
import { MOVEMENTS, PATTERNS, type Movement, type Pattern, type SearchField } from "../room/types";
import { Importance } from "./Importance";
import type { SearchForm } from "./store";

interface Props {
  form: SearchForm;
  onChange: (form: SearchForm) => void;
}

export function MoreConditions({ form, onChange }: Props) {
  const texts = useTexts();
  const words = texts.searchForm;
  const change = (part: Partial<SearchForm>): void => onChange({ ...form, ...part });
  return (
    <div className="search-more">
      <span>
        <Importance field="upper_pattern" form={form} onChange={onChange} />
        <Select
          className="grow"
          size="small"
          mode="multiple"
          maxTagCount="responsive"
          placeholder={words.any}
          data-testid="search-pattern"
          value={form.patterns}
          options={PATTERNS.map((value) => ({ value, label: words.patterns[value] }))}
          onChange={(patterns: Pattern[]) => change({ patterns })}
        />
      </span>
      <Choice field="backpack" form={form} onChange={onChange} value={form.backpack} words={[words.with, words.without]} onChoose={(backpack) => change({ backpack })} />
      <Choice field="head_wear" form={form} onChange={onChange} value={form.headWear} words={[words.with, words.without]} onChoose={(headWear) => change({ headWear })} />
      <Choice field="accompanied" form={form} onChange={onChange} value={form.accompanied} words={[words.accompanied, words.alone]} onChoose={(accompanied) => change({ accompanied })} />
      <span>
        <Importance field="movement" form={form} onChange={onChange} />
        <Select
          className="grow"
          size="small"
          allowClear
          placeholder={words.any}
          value={form.movement}
          options={MOVEMENTS.map((value) => ({ value, label: words.movements[value] }))}
          onChange={(movement: Movement | undefined) => change({ movement: movement ?? null })}
        />
      </span>
      <span>
        <Importance field="heading" form={form} onChange={onChange} />
        <Select
          className="grow"
          size="small"
          allowClear
          placeholder={words.any}
          value={form.headingDeg}
          options={words.headings.map((label, index) => ({ value: index * 45, label }))}
          onChange={(headingDeg: number | undefined) => change({ headingDeg: headingDeg ?? null })}
        />
      </span>
    </div>
  );
}

function Choice(props: Props & { field: SearchField; value: boolean | null; words: [yes: string, no: string]; onChoose: (value: boolean | null) => void }) {
  const { any } = useTexts().searchForm;
  const [yes, no] = props.words;
  return (
    <span>
      <Importance field={props.field} form={props.form} onChange={props.onChange} />
      <Segmented
        className="grow"
        size="small"
        block
        value={props.value === null ? "any" : props.value ? "yes" : "no"}
        options={[
          { value: "any", label: any },
          { value: "yes", label: yes },
          { value: "no", label: no },
        ]}
        onChange={(value) => props.onChoose(value === "any" ? null : value === "yes")}
      />
    </span>
  );
}
