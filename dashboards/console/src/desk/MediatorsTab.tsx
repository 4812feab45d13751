// The list of mediators: who mediates what, where, by which route; adding, changing, taking off.
import { Button, Input, Popconfirm, Select } from "antd";
import { useState } from "react";

import { ListTab } from "../administration/ListTab";
import { useChange } from "../administration/useChange";
import { useAnswer } from "../browser/useAnswer";
import { FormModal } from "../forms/FormModal";
import { useTexts } from "../language/language";
import { useRoom } from "../room/store";
import type { Grid } from "../room/types";
import { deskHub } from "./hub";
import { DISPUTE_CLASSES, ROUTES, type Mediator, type NewMediator } from "./types";

const NOBODY: readonly Mediator[] = [];
const NO_GRIDS: ReadonlyMap<string, Grid> = new Map();
const NEW: NewMediator = { name: "", organisation: "", route: "people", classes: [], grid_ids: [], phone: "" };
const MOST_LETTERS = { name: 64, organisation: 64, phone: 32 };
const textOf = (one: Mediator): string => `${one.name} ${one.organisation} ${one.phone}`;

export function MediatorsTab() {
  const texts = useTexts();
  const { classes, routes, mediators: words } = texts.mediation;
  const grids = useRoom((room) => room.grids, NO_GRIDS);
  const answered = useAnswer(deskHub.mediators);
  const [form, setForm] = useState<Mediator | NewMediator | null>(null);
  const { change, failure } = useChange(answered.again);
  const gridName = (gridId: string): string => grids.get(gridId)?.name ?? gridId;

  async function save(told: NewMediator): Promise<void> {
    await (form !== null && "mediator_id" in form ? deskHub.putMediator(form.mediator_id, told) : deskHub.addMediator(told));
    setForm(null);
    answered.again();
  }

  return (
    <>
      <p className="administration-words">{words.words}</p>
      <ListTab
        testid="mediators"
        words={words}
        rows={answered.value ?? NOBODY}
        rowKey="mediator_id"
        textOf={textOf}
        answered={answered}
        failure={failure}
        leastWidth={900}
        columns={[
          {
            title: words.name,
            width: 180,
            render: (_, one) => (
              <>
                <b>{one.name}</b>
                <i className="cell-second">{one.organisation}</i>
              </>
            ),
          },
          { title: words.route, width: 110, render: (_, one) => routes[one.route] },
          { title: words.classes, render: (_, one) => one.classes.map((value) => classes[value]).join(texts.comma) || words.anything },
          { title: words.grids, render: (_, one) => one.grid_ids.map(gridName).join(texts.comma) || words.everywhere },
          { title: words.phone, width: 140, dataIndex: "phone" },
          {
            title: "",
            width: 170,
            render: (_, one) => (
              <span className="row-actions">
                <Button size="small" data-testid={`mediator-change-${one.name}`} onClick={() => setForm(one)}>
                  {words.change}
                </Button>
                <Popconfirm title={words.removeAsk(one.name)} onConfirm={() => change(() => deskHub.removeMediator(one.mediator_id))}>
                  <Button size="small" danger data-testid={`mediator-remove-${one.name}`}>
                    {words.remove}
                  </Button>
                </Popconfirm>
              </span>
            ),
          },
        ]}
      >
        <Button type="primary" data-testid="mediator-add" onClick={() => setForm(NEW)}>
          {words.add}
        </Button>
      </ListTab>
      {form !== null && <MediatorForm of={form} grids={grids} onSave={save} onClose={() => setForm(null)} />}
    </>
  );
}

interface FormProps {
  of: Mediator | NewMediator;
  grids: ReadonlyMap<string, Grid>;
  /** Raises when it could not be saved. */
  onSave: (told: NewMediator) => Promise<void>;
  onClose: () => void;
}

function MediatorForm({ of, grids, onSave, onClose }: FormProps) {
  const { classes, routes, mediators: words } = useTexts().mediation;
  const [told, setTold] = useState<NewMediator>(() => ({
    name: of.name,
    organisation: of.organisation,
    route: of.route,
    classes: of.classes,
    grid_ids: of.grid_ids,
    phone: of.phone,
  }));
  const change = (changed: Partial<NewMediator>): void => setTold({ ...told, ...changed });
  return (
    <FormModal
      title={"mediator_id" in of ? words.change : words.add}
      testid="mediator"
      isComplete={told.name.trim() !== ""}
      onSave={() => onSave({ ...told, name: told.name.trim(), organisation: told.organisation.trim(), phone: told.phone.trim() })}
      onClose={onClose}
    >
      {(["name", "organisation", "phone"] as const).map((field) => (
        <label key={field}>
          <span className="label">{words[field]}</span>
          <Input
            data-testid={`mediator-${field}`}
            maxLength={MOST_LETTERS[field]}
            value={told[field]}
            onChange={(event) => change({ [field]: event.target.value })}
          />
        </label>
      ))}
      <label>
        <span className="label">{words.route}</span>
        <Select
          className="wide"
          data-testid="mediator-route"
          value={told.route}
          onChange={(route) => change({ route })}
          options={ROUTES.map((value) => ({ value, label: routes[value] }))}
        />
      </label>
      <label>
        <span className="label">{words.classes}</span>
        <Select
          className="wide"
          mode="multiple"
          data-testid="mediator-classes"
          placeholder={words.anything}
          value={told.classes}
          onChange={(chosen) => change({ classes: chosen })}
          options={DISPUTE_CLASSES.map((value) => ({ value, label: classes[value] }))}
        />
      </label>
      <label>
        <span className="label">{words.grids}</span>
        <Select
          className="wide"
          mode="multiple"
          data-testid="mediator-grids"
          placeholder={words.everywhere}
          value={told.grid_ids}
          onChange={(chosen) => change({ grid_ids: chosen })}
          options={[...grids.values()].map((one) => ({ value: one.grid_id, label: one.name }))}
        />
      </label>
    </FormModal>
  );
}
