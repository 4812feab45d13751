// The search as a form: colours as swatches, height, age, times, venues; what is set here overrides the line.
import { Select, Segmented, Slider } from "antd";

import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import { COLOURS, type Age, type Venue } from "../room/types";
import { SWATCH } from "./colours";
import { Importance } from "./Importance";
import { MoreConditions } from "./MoreConditions";
import { NearField } from "./NearField";
import type { SearchForm as Form } from "./store";
import { TimeField } from "./TimeField";

const NO_VENUES: ReadonlyMap<string, Venue> = new Map();
const MIN_HEIGHT_M = 0.7;

function Swatches(props: { field: "upper" | "lower"; form: Form; onChange: (form: Form) => void }) {
  const texts = useTexts();
  const chosen = props.form[props.field];
  return (
    <div className="swatches">
      <Importance field={props.field} form={props.form} onChange={props.onChange} />
      {COLOURS.map((colour) => {
        const on = chosen.includes(colour);
        return (
          <button
            key={colour}
            type="button"
            aria-pressed={on}
            title={texts.colour[colour]}
            aria-label={texts.colour[colour]}
            data-testid={`${props.field}-${colour}`}
            style={{ background: SWATCH[colour] }}
            onClick={() =>
              props.onChange({ ...props.form, [props.field]: on ? chosen.filter((one) => one !== colour) : [...chosen, colour] })
            }
          />
        );
      })}
    </div>
  );
}

export function SearchForm({ form, onChange }: { form: Form; onChange: (form: Form) => void }) {
  const texts = useTexts();
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const choices = [...venues.values()].map((venue) => ({ value: venue.venue_id, label: venue.name }));
  const change = (part: Partial<Form>): void => onChange({ ...form, ...part });
  return (
    <div className="search-form" data-testid="search-form">
      <Swatches field="upper" form={form} onChange={onChange} />
      <Swatches field="lower" form={form} onChange={onChange} />
      <div className="row">
        <Importance field="height" form={form} onChange={onChange} />
        <Slider
          className="grow"
          min={MIN_HEIGHT_M}
          max={2}
          step={0.05}
          value={form.heightM ?? MIN_HEIGHT_M}
          tooltip={{ open: false }}
          onChange={(value: number) => change({ heightM: value <= MIN_HEIGHT_M ? null : value })}
        />
        <span className="height">
          {form.heightM === null ? texts.search.anyHeight : `${form.heightM.toFixed(2)} ${texts.search.unit}`}
        </span>
        {form.heightM !== null && (
          <Select
            size="small"
            aria-label={texts.searchForm.tolerance}
            value={form.toleranceM}
            options={[0.05, 0.1, 0.2].map((value) => ({ value, label: texts.searchForm.plusMinus(value * 100) }))}
            onChange={(toleranceM: number) => change({ toleranceM })}
          />
        )}
        <Segmented
          size="small"
          value={form.age ?? "any"}
          onChange={(value) => change({ age: value === "any" ? null : (value as Age) })}
          options={(["any", "child", "adult"] as const).map((value) => ({ value, label: texts.search.ages[value] }))}
        />
      </div>
      <div className="row">
        <span className="field">{texts.search.since}</span>
        <TimeField value={form.sinceMs} onChange={(sinceMs) => change({ sinceMs })} testid="search-since" />
        <span className="field">{texts.search.until}</span>
        <TimeField value={form.untilMs} onChange={(untilMs) => change({ untilMs })} testid="search-until" />
        <Select
          className="grow2"
          mode="multiple"
          maxTagCount="responsive"
          showSearch={{ optionFilterProp: "label" }}
          placeholder={texts.search.allVenues}
          value={form.venueIds}
          onChange={(venueIds: string[]) => change({ venueIds })}
          options={choices}
        />
      </div>
      <NearField form={form} venues={choices} onChange={onChange} />
      <MoreConditions form={form} onChange={onChange} />
    </div>
  );
}
