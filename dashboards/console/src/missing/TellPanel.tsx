// What is known of the child, none of it required: with the key's second press the search starts; later it tells more.
import { Button, Input, InputNumber, Modal, Select, Switch } from "antd";
import { useRef, useState } from "react";

import { mediaUrl } from "../alerts/attachments";
import { smallEnough } from "../alerts/picture";
import { showOpened } from "../cases/store";
import { errorText, useLanguage, useTexts } from "../language/language";
import { PressKey } from "../room/pressKey";
import { hubNowMs, useRoom } from "../room/store";
import type { Venue } from "../room/types";
import { changeSearch, runSearch } from "../search/store";
import { TimeField } from "../search/TimeField";
import { useMay } from "../session/store";
import { missingHub, type Told } from "./hub";
import { tellOf, useMissingChildren } from "./store";

const NO_VENUES: ReadonlyMap<string, Venue> = new Map();
const AGO_MINUTES = [0, 2, 5, 10, 30];

export function TellPanel({ caseId }: { caseId: string | null }) {
  const texts = useTexts();
  const words = texts.missing;
  const language = useLanguage((store) => store.language);
  const venues = useRoom((room) => room.venues, NO_VENUES);
  const known = useMissingChildren().get(caseId ?? "")?.known;
  const searches = useMay("search_footage");
  const [line, setLine] = useState(known?.description_text ?? "");
  const [heightCm, setHeightCm] = useState(known?.height_cm ?? null);
  const [venueId, setVenueId] = useState(known?.last_seen?.venue_id ?? null);
  const [atMs, setAtMs] = useState(known?.last_seen_at_ms ?? null);
  const [photo, setPhoto] = useState(known?.photo ?? null);
  const [isExercise, setExercise] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [press] = useState(() => new PressKey());
  const file = useRef<HTMLInputElement>(null);

  const told: Told = {
    description_text: line.trim(),
    height_cm: heightCm,
    photo,
    last_seen: venueId === null ? (caseId === null ? null : (known?.last_seen ?? null)) : { venue_id: venueId },
    last_seen_at_ms: atMs,
  };

  async function doing(work: () => Promise<void>): Promise<void> {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
  }

  const bring = (chosen: File | undefined): Promise<void> =>
    doing(async () => {
      if (chosen !== undefined) setPhoto((await missingHub.bringPhoto(await smallEnough(chosen))).media_id);
    });

  const go = (): Promise<void> =>
    doing(async () => {
      if (caseId !== null) {
        await missingHub.learn(caseId, told);
        tellOf(null);
        return;
      }
      const order = { ...told, status: isExercise ? "exercise" : "actual" } as const;
      const begun = await missingHub.start(order, press.of(order));
      press.done();
      tellOf(null);
      await showOpened(begun.case_id);
      if (!searches || line.trim() === "") return;
      changeSearch(begun.case_id, { line: line.trim() });
      await runSearch(begun.case_id, { text: line.trim(), limit: 50 });
    });

  return (
    <Modal
      open
      width={640}
      title={caseId === null ? words.title : words.moreTitle}
      onCancel={() => tellOf(null)}
      footer={null}
      className="tell-missing"
      data-testid="tell-missing"
      afterOpenChange={(open) => open && document.getElementById("missing-line")?.focus()}
    >
      {caseId === null && <p className="hint">{words.nothingNeeded}</p>}
      <label>
        <span className="field">{words.line}</span>
        <Input
          id="missing-line"
          size="large"
          maxLength={300}
          data-testid="missing-line"
          value={line}
          placeholder={words.lineExample}
          onChange={(event) => setLine(event.target.value)}
          onPressEnter={() => void go()}
        />
      </label>
      <div className="row">
        <label className="grow2">
          <span className="field">{words.where}</span>
          <Select
            className="wide"
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            placeholder={words.nobodyKnows}
            value={venueId}
            data-testid="missing-where"
            onChange={(value: string | undefined) => setVenueId(value ?? null)}
            options={[...venues.values()].map((venue) => ({ value: venue.venue_id, label: venue.name }))}
          />
        </label>
        <label>
          <span className="field">{words.height}</span>
          <InputNumber min={40} max={220} value={heightCm} suffix="cm" data-testid="missing-height" onChange={(value) => setHeightCm(value)} />
        </label>
      </div>
      <div className="row ago">
        <span className="field">{words.when}</span>
        {AGO_MINUTES.map((minutes) => (
          <Button key={minutes} data-testid={`missing-ago-${minutes}`} onClick={() => setAtMs(hubNowMs() - minutes * 60_000)}>
            {words.ago(minutes)}
          </Button>
        ))}
        <TimeField value={atMs} onChange={setAtMs} testid="missing-when" />
      </div>
      <div className="row">
        <input
          ref={file}
          type="file"
          hidden
          accept="image/jpeg,image/png,image/webp"
          data-testid="missing-photo"
          onChange={(event) => void bring(event.target.files?.[0])}
        />
        {photo !== null && <img className="missing-photo" src={mediaUrl(photo)} alt={words.photo} />}
        <Button onClick={() => file.current?.click()}>{photo === null ? words.photo : words.otherPhoto}</Button>
        {photo !== null && <Button onClick={() => setPhoto(null)}>{words.noPhoto}</Button>}
        <span className="space" />
        {caseId === null && (
          <label className="exercise">
            <Switch size="small" checked={isExercise} data-testid="missing-exercise" onChange={setExercise} /> {words.exercise}
          </label>
        )}
      </div>
      {failure !== null && (
        <div className="failure" role="alert">
          {errorText(language, failure)}
        </div>
      )}
      <Button block danger={caseId === null} type="primary" size="large" className="missing-go" loading={busy} data-testid="missing-go" onClick={() => void go()}>
        {caseId === null ? words.go : words.tell}
      </Button>
    </Modal>
  );
}
