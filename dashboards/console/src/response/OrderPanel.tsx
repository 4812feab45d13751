// A whistle or a directive as it is written: what is to be done and by when, who must answer, where it is, a picture, its case.
import { Button, Input, InputNumber, Modal, Segmented, Select, Switch } from "antd";
import { useState } from "react";

import { handedOver } from "../alerts/attachments";
import { PictureKey, ShownPicture } from "../alerts/PictureKey";
import { useAnswer } from "../browser/useAnswer";
import { useDoing } from "../browser/useDoing";
import { openCases } from "../cases/store";
import { errorText, useLanguage, useTexts } from "../language/language";
import { PressKey } from "../room/pressKey";
import { hubNowMs, useRoom } from "../room/store";
import type { Case, Grid, Venue } from "../room/types";
import { chooseLowerTab } from "../screen/lower";
import { useMay } from "../session/store";
import { responseHub } from "./hub";
import { chooseAsk, endOrder, readAsks } from "./store";
import type { Answerer, Ask, Order } from "./types";

const NO_GRIDS: ReadonlyMap<string, Grid> = new Map();
const NO_VENUES: ReadonlyMap<string, Venue> = new Map();
const NO_CASES: ReadonlyMap<string, Case> = new Map();
const NOBODY: readonly Answerer[] = [];
const MOST_MINUTES = 14 * 24 * 60;
const found = { optionFilterProp: "label" };

/** `passesOn`: the directive to this person that goes further down, with its words and what is left of its time. */
export function OrderPanel({ passesOn }: { passesOn: Ask | null }) {
  const texts = useTexts();
  const words = texts.response;
  const language = useLanguage((store) => store.language);
  const grids = useRoom((room) => room.grids, NO_GRIDS);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const cases = useRoom((room) => room.cases, NO_CASES);
  const seesCases = useMay("see_cases");
  const people = useAnswer(responseHub.answerers);
  const [kind, setKind] = useState<"whistle" | "directive">(passesOn === null ? "whistle" : "directive");
  const [text, setText] = useState(passesOn?.text ?? "");
  const [gridIds, setGridIds] = useState<string[]>([]);
  const [personIds, setPersonIds] = useState<string[]>([]);
  const [isEverybody, setEverybody] = useState(false);
  const [minutes, setMinutes] = useState<number | null>(() => minutesLeft(passesOn));
  const [venueId, setVenueId] = useState<string | null>(passesOn?.place.venue_id ?? null);
  const [caseId, setCaseId] = useState<string | null>(passesOn?.case_id ?? null);
  const [press] = useState(() => new PressKey());
  const { busy, failure, doing } = useDoing();
  const isReady = text.trim() !== "" && (isEverybody || gridIds.length > 0 || personIds.length > 0);
  const send = async (): Promise<void> => {
    const picture = await handedOver("orderPicture");
    const order: Order = {
      text: text.trim(),
      target: { grid_ids: isEverybody ? [] : gridIds, person_ids: personIds, everybody: isEverybody },
      ...(minutes === null ? {} : { minutes }),
      ...(venueId === null ? {} : { place: { venue_id: venueId } }),
      ...(picture === null ? {} : { picture }),
      ...(caseId === null ? {} : { case_id: caseId }),
      ...(passesOn === null ? {} : { passes_on: passesOn.ask_id }),
    };
    const made = await responseHub.order(kind, order, press.of([kind, order]));
    press.done();
    endOrder();
    chooseAsk(made.ask_id);
    chooseLowerTab("response", null);
    await readAsks();
  };
  return (
    <Modal open title={passesOn === null ? words.orderTitle : words.passOnTitle(passesOn.made_by_name)} footer={null} width={560} onCancel={endOrder}>
      <div className="order-panel">
        {passesOn === null && (
          <Segmented
            block
            value={kind}
            onChange={setKind}
            options={(["whistle", "directive"] as const).map((value) => ({ value, label: words.kind[value] }))}
          />
        )}
        <p className="hint">{words.goesTo[kind]}</p>
        <Input.TextArea autoFocus rows={3} maxLength={500} value={text} placeholder={words.textExample} data-testid="order-text" onChange={(event) => setText(event.target.value)} />
        <div className="row">
          <Select
            mode="multiple"
            value={gridIds}
            disabled={isEverybody}
            placeholder={words.whichGrids}
            data-testid="order-grids"
            showSearch={found}
            maxTagCount="responsive"
            onChange={setGridIds}
            options={[...grids.values()].map((grid) => ({ value: grid.grid_id, label: grid.name }))}
          />
          <label>
            <Switch size="small" checked={isEverybody} data-testid="order-everybody" onChange={setEverybody} /> {words.everybody}
          </label>
        </div>
        <Select
          mode="multiple"
          value={personIds}
          placeholder={words.whichPeople}
          data-testid="order-people"
          showSearch={found}
          maxTagCount="responsive"
          {...(people.failure === null ? {} : { status: "error" as const, notFoundContent: errorText(language, people.failure) })}
          onChange={setPersonIds}
          options={(people.value ?? NOBODY).map((one) => ({
            value: one.person_id,
            disabled: kind === "whistle" && !one.is_on_duty,
            label: [one.name, texts.role[one.role], ...one.grid_ids.slice(0, 2).map((id) => grids.get(id)?.name ?? id), ...(one.is_on_duty ? [] : [words.offDuty])].join(" · "),
          }))}
        />
        <div className="row">
          <Select
            allowClear
            value={venueId}
            placeholder={words.where}
            data-testid="order-venue"
            showSearch={found}
            onChange={(value: string | undefined) => setVenueId(value ?? null)}
            options={[...venues.values()].map((venue) => ({ value: venue.venue_id, label: venue.name }))}
          />
          <InputNumber
            className="minutes"
            min={1}
            max={MOST_MINUTES}
            value={minutes}
            aria-label={words.doneWithin}
            placeholder={kind === "whistle" ? "30" : "1440"}
            prefix={words.doneWithin}
            suffix={words.minute}
            onChange={setMinutes}
          />
        </div>
        <div className="row">
          {seesCases && (
            <Select
              allowClear
              value={caseId}
              placeholder={words.ofCase}
              data-testid="order-case"
              showSearch={found}
              onChange={(value: string | undefined) => setCaseId(value ?? null)}
              options={openCases(cases.values()).map((one) => ({ value: one.case_id, label: one.title }))}
            />
          )}
          <PictureKey what="orderPicture" testid="order-picture" hint={words.pictureHint} />
        </div>
        <ShownPicture what="orderPicture" testid="order-picture-shown" />
        {failure !== null && <div className="failure" role="alert">{errorText(language, failure)}</div>}
        <Button block type="primary" size="large" loading={busy} disabled={!isReady} data-testid="order-send" onClick={() => doing(send)}>
          {words.send[kind]}
        </Button>
      </div>
    </Modal>
  );
}

/** What is left of its time, so that who is asked further down is done before it; null where it has none left. */
function minutesLeft(above: Ask | null): number | null {
  if (above === null || above.finish_by_ms === null) return null;
  const left = Math.floor((above.finish_by_ms - hubNowMs()) / 60_000);
  return left >= 1 ? left : null;
}
