// The key in the top bar by which police whistle for the grid's members, or send a directive down.
import { Button, Input, InputNumber, Modal, Segmented, Select, Switch } from "antd";
import { useState } from "react";

import { errorText, useLanguage, useTexts } from "../language/language";
import { PressKey } from "../room/pressKey";
import { useRoom } from "../room/store";
import type { Grid } from "../room/types";
import { chooseLowerTab } from "../screen/lower";
import { useMay } from "../session/store";
import { responseHub } from "./hub";
import { chooseAsk, readAsks, setOrdering, useResponse } from "./store";
import { useDoing } from "./useDoing";

const NO_GRIDS: ReadonlyMap<string, Grid> = new Map();

export function WhistleKey() {
  const { response: words } = useTexts();
  const isOrdering = useResponse((desk) => desk.isOrdering);
  if (!useMay("direct")) return null;
  return (
    <>
      <button type="button" className="whistle-key" data-testid="whistle-key" title={words.keyHint} onClick={() => setOrdering(true)}>
        {words.kind.whistle}
      </button>
      {isOrdering && <OrderPanel />}
    </>
  );
}

function OrderPanel() {
  const { response: words } = useTexts();
  const language = useLanguage((store) => store.language);
  const grids = useRoom((room) => room.grids, NO_GRIDS);
  const [kind, setKind] = useState<"whistle" | "directive">("whistle");
  const [text, setText] = useState("");
  const [gridIds, setGridIds] = useState<string[]>([]);
  const [isEverybody, setEverybody] = useState(false);
  const [minutes, setMinutes] = useState<number | null>(null);
  const [press] = useState(() => new PressKey());
  const { busy, failure, doing } = useDoing();
  const isReady = text.trim() !== "" && (isEverybody || gridIds.length > 0);
  const send = async (): Promise<void> => {
    const target = { grid_ids: isEverybody ? [] : gridIds, everybody: isEverybody };
    const order = { text: text.trim(), target, ...(minutes === null ? {} : { minutes }) };
    const made = await responseHub.order(kind, order, press.of([kind, order]));
    press.done();
    setOrdering(false);
    chooseAsk(made.ask_id);
    chooseLowerTab("response", null);
    await readAsks();
  };
  return (
    <Modal open title={words.orderTitle} footer={null} width={520} onCancel={() => setOrdering(false)}>
      <div className="order-panel">
        <Segmented
          block
          value={kind}
          onChange={setKind}
          options={(["whistle", "directive"] as const).map((value) => ({ value, label: words.kind[value] }))}
        />
        <p className="hint">{words.goesTo[kind]}</p>
        <Input.TextArea autoFocus rows={3} maxLength={500} value={text} placeholder={words.textExample} data-testid="order-text" onChange={(event) => setText(event.target.value)} />
        <div className="row">
          <Select
            mode="multiple"
            className="grids"
            value={gridIds}
            disabled={isEverybody}
            placeholder={words.whichGrids}
            data-testid="order-grids"
            optionFilterProp="label"
            maxTagCount="responsive"
            onChange={setGridIds}
            options={[...grids.values()].map((grid) => ({ value: grid.grid_id, label: grid.name }))}
          />
          <label>
            <Switch size="small" checked={isEverybody} data-testid="order-everybody" onChange={setEverybody} /> {words.everybody}
          </label>
        </div>
        <div className="row">
          <label>
            {words.doneWithin}{" "}
            <InputNumber min={1} max={20160} value={minutes} placeholder={kind === "whistle" ? "30" : "1440"} suffix={words.minute} onChange={setMinutes} />
          </label>
        </div>
        {failure !== null && <div className="failure" role="alert">{errorText(language, failure)}</div>}
        <Button block type="primary" size="large" loading={busy} disabled={!isReady} data-testid="order-send" onClick={() => doing(send)}>
          {words.send[kind]}
        </Button>
      </div>
    </Modal>
  );
}
