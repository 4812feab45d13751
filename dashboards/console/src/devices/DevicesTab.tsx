// Every device: its venue, whether it is on line and enrolled; codes for many at once, and shutting one out.
import { Button, Popconfirm } from "antd";
import { useMemo, useState } from "react";

import { ListTab } from "../administration/ListTab";
import { useChange } from "../administration/useChange";
import { useAnswer } from "../browser/useAnswer";
import { useTexts } from "../language/language";
import { dayAndTime } from "../language/time";
import { Holder } from "../radios/Holder";
import type { Room } from "../room/room";
import { useRoom, useStore } from "../room/store";
import type { Radio } from "../room/types";
import { allDevices } from "./all";
import { CodeSheet, type Card } from "./CodeSheet";
import { devicesHub, type DeviceView } from "./hub";
import { DEVICE_STATES, STATE_TONE, stateOf } from "./states";

interface Row extends DeviceView {
  name: string;
  venue: string;
  radio: Radio | null;
}

const textOf = (one: Row): string => `${one.device_id} ${one.name} ${one.venue} ${one.radio?.holder ?? ""}`;

/** The room's radios and cameras and whatever else has a credential, each with the names that the room knows. */
function useRows(devices: readonly DeviceView[] | null): Row[] {
  const room = useStore((store) => store.room);
  return useMemo(() => (devices === null || room === null ? [] : allDevices(devices, room).map((one) => rowOf(one, room))), [devices, room]);
}

function rowOf(device: DeviceView, room: Room): Row {
  const radio = device.kind === "radio" ? (room.radios.get(device.device_id) ?? null) : null;
  const known = radio ?? room.cameras.get(device.device_id);
  const venueId = known?.venue_id ?? null;
  return {
    ...device,
    radio,
    name: known?.name ?? device.device_id,
    venue: venueId === null ? "" : (room.venues.get(venueId)?.name ?? venueId),
  };
}

export function DevicesTab() {
  const texts = useTexts();
  const words = texts.devices;
  const zone = useRoom((room) => room.community.time_zone, "UTC");
  const devices = useAnswer(devicesHub.list);
  const rows = useRows(devices.value);
  const [chosen, setChosen] = useState<string[]>([]);
  const [cards, setCards] = useState<Card[] | null>(null);
  const { change, busy, failure } = useChange(devices.again);

  const makeCodes = (): Promise<void> =>
    change(async () => {
      const byId = new Map(rows.map((one) => [one.device_id, one]));
      const codes = await devicesHub.makeCodes(rows.filter((one) => chosen.includes(one.device_id)));
      setCards(codes.map((code) => ({ ...code, name: byId.get(code.device_id)?.name ?? "", venue: byId.get(code.device_id)?.venue ?? "" })));
      setChosen([]);
    });

  return (
    <>
      <ListTab
        testid="devices"
        words={words}
        rows={rows}
        rowKey="device_id"
        textOf={textOf}
        answered={devices}
        failure={failure}
        leastWidth={930}
        chosen={{
          selectedRowKeys: chosen,
          onChange: (keys) => setChosen(keys.map(String)),
          // A vision worker of this machine is enrolled by the hub itself.
          getCheckboxProps: (one) => ({ disabled: one.kind === "worker" }),
        }}
        columns={[
          {
            title: words.venue,
            width: 200,
            sorter: (a, b) => a.venue.localeCompare(b.venue, "zh-CN"),
            render: (_, one) => (
              <span data-testid={`device-${one.device_id}`}>
                {one.venue === "" ? one.name : one.venue}
                <i className="cell-second">{one.name === one.device_id ? one.device_id : `${one.device_id} · ${one.name}`}</i>
              </span>
            ),
          },
          {
            title: words.device,
            dataIndex: "kind",
            width: 100,
            filters: (["radio", "camera", "worker"] as const).map((kind) => ({ text: words.kind[kind], value: kind })),
            onFilter: (kind, one) => one.kind === kind,
            render: (kind: DeviceView["kind"]) => words.kind[kind],
          },
          {
            title: words.line,
            width: 140,
            render: (_, one) => (
              <span className={one.online === true ? "state-good" : "state-calm"}>
                {one.online === null ? "–" : one.online ? words.onLine : words.offLine}
                {one.online !== true && one.heard_at_ms !== null && <i className="cell-second">{dayAndTime(one.heard_at_ms, zone).slice(5, 16)}</i>}
              </span>
            ),
          },
          {
            title: texts.map.holder,
            width: 200,
            render: (_, one) => one.radio !== null && <Holder radio={one.radio} />,
          },
          {
            title: words.enrolment,
            width: 160,
            filters: DEVICE_STATES.map((state) => ({ text: words.states[state], value: state })),
            onFilter: (state, one) => stateOf(one) === state,
            render: (_, one) => <Standing device={one} zone={zone} />,
          },
          {
            title: "",
            render: (_, one) =>
              stateOf(one) === "enrolled" || stateOf(one) === "code_given" ? (
                <Popconfirm title={words.revokeConfirm(one.name)} okButtonProps={{ danger: true }} onConfirm={() => change(() => devicesHub.revoke(one.device_id))}>
                  <Button size="small" danger data-testid={`devices-revoke-${one.device_id}`}>
                    {words.revoke}
                  </Button>
                </Popconfirm>
              ) : null,
          },
        ]}
      >
        <Button data-testid="devices-codes" type="primary" title={words.codesHint} loading={busy} disabled={chosen.length === 0} onClick={() => void makeCodes()}>
          {words.codes(chosen.length)}
        </Button>
      </ListTab>
      {cards !== null && <CodeSheet cards={cards} onClose={() => setCards(null)} />}
    </>
  );
}

function Standing({ device, zone }: { device: DeviceView; zone: string }) {
  const texts = useTexts();
  const state = stateOf(device);
  const atMs = { not_enrolled: null, code_given: device.code_expires_at_ms, enrolled: device.enrolled_at_ms, revoked: device.revoked_at_ms }[state];
  return (
    <span className={STATE_TONE[state]} data-state={state}>
      {texts.devices.states[state]}
      {atMs !== null && (
        <i className="cell-second">
          {state === "code_given" ? texts.devices.until(dayAndTime(atMs, zone).slice(5, 16)) : dayAndTime(atMs, zone).slice(0, 16)}
        </i>
      )}
    </span>
  );
}
