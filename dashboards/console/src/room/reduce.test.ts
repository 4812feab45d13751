// The room after batches of numbered items.
import { describe, expect, test } from "vitest";

import type { Item, ReportBody } from "./items";
import { applyItems, withPast } from "./reduce";
import { MAX_EVENTS, MAX_REPORTS, roomFromPicture, type Room } from "./room";
import type { Alert, Delivery, Radio, RoomPicture, Sos, TemporaryGroup } from "./types";

const radio = (id: string, online: boolean): Radio => ({
  radio_id: id,
  venue_id: `V${id}`,
  name: id,
  online,
  since_at_ms: 0,
  heard_at_ms: 0,
  battery: null,
  signal: null,
  holder: null,
  holder_person_id: null,
  off_shift: false,
});

const delivery = (id: string, part: Partial<Delivery> = {}): Delivery => ({
  radio_id: id,
  venue_id: `V${id}`,
  state: "queued",
  queued_at_ms: 1,
  sent_at_ms: null,
  delivered_at_ms: null,
  played_at_ms: null,
  acknowledged_at_ms: null,
  acknowledged_by: null,
  acknowledged_via: null,
  reported_at_ms: null,
  answer: null,
  report_text: null,
  attempts: 0,
  ...part,
});

const alert = (deliveries: Delivery[]): Alert => ({
  alert_id: "A1",
  text: "走失儿童",
  severity: "Severe",
  status: "actual",
  target: { kind: "all", id: null },
  case_id: null,
  issued_at_ms: 1,
  expires_at_ms: 2,
  issued_by: "duty",
  cancels: null,
  updates: null,
  updated_to: null,
  picture: null,
  speech: null,
  unspoken: null,
  errand_of: null,
  cancelled_at_ms: null,
  cancelled_by: null,
  deliveries,
});

const picture: RoomPicture = {
  number: 10,
  now_at_ms: 0,
  community: { name: "栖凤社区", latitude: 25, longitude: 105, time_zone: "Asia/Shanghai" },
  me: { person_id: "duty", name: "值班员", role: "dispatcher" },
  police_grids: [],
  grids: [],
  venues: [],
  groups: [],
  sos: [],
  found: [],
  radios: [radio("R1", true), radio("R2", true)],
  cameras: [],
  alerts: [],
  cases: [],
  case_actions: {},
  missing_children: [],
};
const room = (): Room => roomFromPicture(picture);

type Told = { [Kind in Item["kind"]]: Pick<Extract<Item, { kind: Kind }>, "kind" | "body"> }[Item["kind"]];

const item = (number: number, told: Told, previous = number - 1): Item =>
  ({ number, previous, at_ms: number * 1000, subject: "", ...told }) as Item;

describe("the room", () => {
  test("follows radios on and off line", () => {
    const { room: next, gap } = applyItems(room(), [item(11, { kind: "radio.offline", body: radio("R1", false) })]);
    expect(gap).toBe(false);
    expect(next.number).toBe(11);
    expect(next.radios.get("R1")?.online).toBe(false);
    expect(next.radios.get("R2")?.online).toBe(true);
  });

  test("shows an SOS until it is closed", () => {
    const raised: Sos = {
      sos_id: "s1",
      radio_id: "R1",
      radio_name: "大门",
      holder: null,
      venue_id: "VR1",
      venue_name: "锦绣小区",
      group_id: "grid-G1",
      state: "open",
      raised_at_ms: 1,
      cancel_asked_at_ms: null,
      closed_at_ms: null,
      closed_by: null,
      finding: null,
      note: null,
    };
    const asked: Sos = { ...raised, state: "cancel_asked", cancel_asked_at_ms: 2 };
    const shown = applyItems(room(), [
      item(11, { kind: "sos.raised", body: raised }),
      item(12, { kind: "sos.cancel_asked", body: asked }),
    ]).room;
    expect(shown.sos).toEqual([asked]);
    const closed: Sos = { ...asked, state: "closed", finding: "test" };
    expect(applyItems(shown, [item(13, { kind: "sos.closed", body: closed })]).room.sos).toEqual([]);
  });

  test("knows a temporary talk group from its opening to its end", () => {
    const group: TemporaryGroup = {
      group_id: "temporary.1",
      name: "搜寻一组",
      kind: "temporary",
      radio_ids: ["R1"],
      radio_count: 1,
      alert_id: null,
      opened_by: "0042",
      opened_at_ms: 1000,
      closes_at_ms: 1_801_000,
    };
    const opened = applyItems(room(), [item(11, { kind: "group.opened", body: group })]).room;
    expect(opened.groups).toEqual([group]);
    expect(applyItems(opened, [item(12, { kind: "group.closed", body: group })]).room.groups).toEqual([]);
  });

  test("leaves the room before untouched", () => {
    const before = room();
    applyItems(before, [item(11, { kind: "radio.offline", body: radio("R1", false) })]);
    expect(before.radios.get("R1")?.online).toBe(true);
  });

  test("stops at a gap, says so, and applies nothing behind it", () => {
    const { room: next, gap } = applyItems(room(), [
      item(11, { kind: "radio.offline", body: radio("R1", false) }),
      item(14, { kind: "radio.offline", body: radio("R2", false) }),
    ]);
    expect(gap).toBe(true);
    expect(next.number).toBe(11);
    expect(next.radios.get("R2")?.online).toBe(true);
  });

  test("accepts a jump in numbers that its view does not show, when the predecessor is named", () => {
    const { room: next, gap } = applyItems(room(), [item(20, { kind: "hub.started", body: { version: "1" } }, 10)]);
    expect([next.number, gap]).toEqual([20, false]);
  });

  test("is outdated once a venue was imported or the hub was started, and applies what follows all the same", () => {
    const refused = { kind: "device.refused", body: { device: "R9", topic: "", reason: "malformed", detail: "", count: 1 } } as const;
    const venue = { venue_id: "V9", name: "新", kind: "hotel", grid_id: "G9", latitude: 0, longitude: 0 } as const;
    expect(applyItems(room(), [item(11, refused)]).outdated).toBe(false);
    expect(applyItems(room(), [item(11, { kind: "hub.started", body: { version: "1" } })]).outdated).toBe(true);
    const imported = applyItems(room(), [item(11, { kind: "venue.imported", body: venue }), item(12, refused)]);
    expect([imported.outdated, imported.room.number, imported.gap]).toEqual([true, 12, false]);
  });

  test("passes over what it knows already after a reconnection", () => {
    const once = applyItems(room(), [item(11, { kind: "radio.offline", body: radio("R1", false) })]).room;
    const twice = applyItems(once, [item(11, { kind: "radio.offline", body: radio("R1", false) })]);
    expect(twice.gap).toBe(false);
    expect(twice.room).toBe(once);
    expect(twice.room.events).toHaveLength(1);
  });

  test("changes only the deliveries that changed", () => {
    const issued = item(11, { kind: "alert.issued", body: alert([delivery("R1"), delivery("R2")]) });
    const changed = item(12, {
      kind: "delivery.changed",
      body: { alert_id: "A1", deliveries: [delivery("R2", { state: "acknowledged", acknowledged_at_ms: 5 })] },
    });
    const next = applyItems(room(), [issued, changed]).room;
    expect(next.alerts.get("A1")?.deliveries.get("R1")?.state).toBe("queued");
    expect(next.alerts.get("A1")?.deliveries.get("R2")?.state).toBe("acknowledged");
  });

  test("keeps the event list newest first and bounded", () => {
    const items = Array.from({ length: MAX_EVENTS + 60 }, (_, index) =>
      item(11 + index, { kind: "hub.started", body: { version: "1" } }),
    );
    const next = applyItems(room(), items).room;
    expect(next.events).toHaveLength(MAX_EVENTS);
    expect(next.events[0]?.number).toBe(10 + MAX_EVENTS + 60);
  });

  test("takes 260 events of an all-venue alert in one batch quickly", () => {
    const ids = Array.from({ length: 130 }, (_, index) => `R${index}`);
    const items = [
      item(11, { kind: "alert.issued", body: alert(ids.map((id) => delivery(id))) }),
      ...Array.from({ length: 260 }, (_, index) =>
        item(12 + index, {
          kind: "delivery.changed",
          body: { alert_id: "A1", deliveries: [delivery(ids[index % 130] ?? "", { state: "delivered" })] },
        }),
      ),
    ];
    applyItems(room(), items);
    const start = performance.now();
    applyItems(room(), items);
    expect(performance.now() - start).toBeLessThan(100);
  });

  test("learns from the past what no picture repeats, without counting it twice", () => {
    const past = [
      item(8, { kind: "hub.started", body: { version: "1" } }),
      item(9, { kind: "hub.started", body: { version: "1" } }),
    ];
    const once = withPast(room(), past);
    expect(once.events.map((one) => one.number)).toEqual([9, 8]);
    expect(withPast(once, past).events).toHaveLength(2);
    expect(once.number).toBe(10);
  });

  const report = (number: number, told: Partial<ReportBody> = {}): Item =>
    item(number, {
      kind: "report.made",
      body: { radio_id: "R1", venue_id: "VR1", alert_id: null, answer: "child_is_with_me", text: null, by: null, via: "radio", ...told },
    });

  test("learns from the past who has the child and who needs help, newest first", () => {
    const live = applyItems(room(), [report(11)]).room;
    const next = withPast(live, [report(8), report(9, { radio_id: "R2", venue_id: "VR2", answer: "need_help" })]);
    expect(next.reports.map((one) => [one.number, one.answer, one.at_ms])).toEqual([
      [11, "child_is_with_me", 11_000],
      [9, "need_help", 9_000],
      [8, "child_is_with_me", 8_000],
    ]);
  });

  test("holds a report once when the past tells it again", () => {
    const live = applyItems(room(), [report(11)]).room;
    expect(withPast(withPast(live, [report(9), report(11)]), [report(9), report(11)]).reports.map((one) => one.number)).toEqual([11, 9]);
  });

  test("lets the oldest reports go when there are too many", () => {
    const full = roomFromPicture({ ...picture, number: 1000 });
    const past = Array.from({ length: MAX_REPORTS + 5 }, (_, index) => report(index + 1));
    const { reports } = withPast(full, past);
    expect([reports.length, reports[0]?.number, reports.at(-1)?.number]).toEqual([MAX_REPORTS, MAX_REPORTS + 5, 6]);
  });

  test("keeps reports when the picture is loaded again, but not those of a log that ended", () => {
    const live = applyItems(room(), [report(11)]).room;
    expect(roomFromPicture({ ...picture, number: 11 }, live).reports).toHaveLength(1);
    expect(roomFromPicture({ ...picture, number: 3 }, live).reports).toHaveLength(0);
  });

  test("lists bursts of the past below those told since", () => {
    const burst = (number: number): Item =>
      item(number, {
        kind: "burst.started",
        body: {
          call_id: number,
          group_id: "all",
          talker_id: "R1",
          talker_name: "王",
          burst_id: number,
          duration_s: null,
          radios_reached: null,
          radios_online: 2,
        },
      });
    const live = applyItems(room(), [burst(11)]).room;
    expect(withPast(live, [burst(8), burst(9)]).bursts.map((one) => one.burst_id)).toEqual([11, 9, 8]);
  });

  test("shows a burst once, from its start to its end", () => {
    const body = {
      call_id: 1,
      group_id: "all",
      talker_id: "R1",
      talker_name: "王",
      burst_id: 3,
      duration_s: null,
      radios_reached: null,
      radios_online: 2,
    };
    const next = applyItems(room(), [
      item(11, { kind: "burst.started", body }),
      item(12, { kind: "burst.ended", body: { ...body, duration_s: 0.8, radios_reached: 2 } }),
    ]).room;
    expect(next.bursts).toHaveLength(1);
    expect(next.bursts[0]).toMatchObject({ ended: true, duration_s: 0.8, started_at_ms: 11_000 });
  });
});
