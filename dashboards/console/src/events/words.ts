// Says an event in words of the chosen language, and which filter it belongs to.
import { isUrgent, statusOf } from "../alerts/status";
import { targetWords } from "../alerts/target";
import type { Item, ItemKind } from "../room/items";
import type { Room } from "../room/room";
import type { AlertStatus } from "../room/types";
import { detailIn } from "../language/detail";
import type { Language } from "../language/language";
import type { Texts } from "../language/zh";
import { cameraLook } from "../map/looks";
import { mediatedWords } from "../desk/mediated";
import { holderWords } from "../radios/holder";
import { watchWords } from "../search/words";
import { sosWho } from "../sos/who";

export type EventFilter = keyof Texts["events"]["filter"];

export function filterOf(kind: ItemKind): EventFilter {
  switch (kind.slice(0, kind.indexOf("."))) {
    case "radio":
    case "roll_call":
      return "radio";
    case "camera":
      return "camera";
    case "alert":
    case "delivery":
    case "report":
    case "fallback":
    case "sos":
    case "child":
      return "alert";
    case "burst":
    case "group":
      return "talk";
    case "case":
    case "missing_child":
    case "ask":
    case "watch":
    case "search":
      return "case";
    default:
      return "other";
  }
}

/** True for what another event of the same moment says in more words: a report is told by the guard's own answer. */
export function isEcho(item: Item): boolean {
  // How a search for a missing child stands is shown on the screen; that it begins and ends is told.
  if (item.kind === "missing_child.changed") return item.body.is_cleared || (item.body.ended_at_ms === null && item.body.alerts.length > 0);
  // How far an export is, is shown where exports are listed.
  if (item.kind === "export.changed") return item.body.state === "running" && item.body.progress > 0;
  // How far an ask is, is shown where asks are; what comes and goes and is late is told.
  if (item.kind === "ask.changed") return true;
  return item.kind === "delivery.changed" && item.body.deliveries.every((one) => one.state === "reported");
}

/** How much the eye should go there: urgent stands out, good and bad have their colour, the rest is plain. */
export function toneOf(item: Item, room: Pick<Room, "alerts">): "urgent" | "good" | "bad" | "plain" {
  if (item.kind === "report.made") return isUrgent(item.body, room.alerts) ? "urgent" : "good";
  if (item.kind === "child.found") return item.body.status === "actual" ? "urgent" : "good";
  if (item.kind === "sos.raised" || item.kind === "sos.cancel_asked") return "urgent";
  if (item.kind === "footage.cut_short" || item.kind === "footage.disk_warning") return "bad";
  if (item.kind === "footage.no_room" || item.kind === "footage.clock_leapt") return "bad";
  if (item.kind === "burst.not_recorded" || item.kind === "radio.key_stuck") return "bad";
  if (item.kind === "radio.offline" || item.kind === "device.refused" || item.kind === "device.revoked") return "bad";
  if (item.kind === "camera.changed") {
    const look = cameraLook(item.body);
    return look === "out" || look === "poor" ? "bad" : "plain";
  }
  if (item.kind === "alert.issued") return item.body.status === "actual" ? "good" : "plain";
  if (item.kind === "roll_call.ended") return item.body.counts.ready < item.body.counts.expected ? "plain" : "good";
  if (item.kind === "escalation.stepped") return item.body.steps.some((one) => one.action === "officer") ? "urgent" : "bad";
  if (item.kind === "fallback.tried") return item.body.outcome === "acknowledged" ? "good" : "plain";
  if (item.kind === "fallback.door") return item.body.state === "down" ? "bad" : "plain";
  if (item.kind === "export.changed" && item.body.state === "failed") return "bad";
  if (item.kind === "watch.hit") return "good";
  if (item.kind === "ask.overdue") return "bad";
  return "plain";
}

/** Each radio has a private group with the police room, which is not in the picture: it goes without saying. */
const PRIVATE = "private.";

/** A radio with its venue, a camera by its name; of anything else, and of people, what the hub calls it. */
function deviceName(id: string, room: Room, texts: Texts): string {
  if (id === "hub") return texts.hub;
  const radio = room.radios.get(id);
  if (radio !== undefined) return `${room.venues.get(radio.venue_id)?.name ?? radio.venue_id} ${id}`;
  return room.cameras.get(id)?.name ?? id;
}

export function wordsOf(item: Item, room: Room, texts: Texts, language: Language): string {
  const inChinese = language === "zh-CN";
  const words = texts.events;
  const venue = (id: string): string => room.venues.get(id)?.name ?? id;
  const group = (id: string): string => {
    if (id.startsWith(PRIVATE)) return texts.talk.privateWith(deviceName(id.slice(PRIVATE.length), room, texts));
    return room.groups.find((one) => one.group_id === id)?.name ?? id;
  };
  const camera = (id: string): string => room.cameras.get(id)?.name ?? id;
  /** What belongs to an exercise or a test says so. */
  const of = (status: AlertStatus, said: string): string => (status === "actual" ? said : words.notReal(texts.rollCall.status[status], said));
  switch (item.kind) {
    case "radio.online":
      return words.radioOnline(`${venue(item.body.venue_id)} ${item.body.radio_id}`);
    case "radio.offline":
      return words.radioOffline(`${venue(item.body.venue_id)} ${item.body.radio_id}`);
    case "radio.signed_on":
      return words.radioSignedOn(`${venue(item.body.venue_id)} ${item.body.radio_id}`, holderWords(item.body, texts));
    case "radio.signed_off":
      return words.radioSignedOff(`${venue(item.body.venue_id)} ${item.body.radio_id}`);
    case "camera.added":
      return words.cameraAdded(item.body.name);
    case "camera.changed": {
      const { condition, picture, disk } = item.body;
      const poor = condition === "online" && picture !== "clear" ? texts.live.picture[picture] : texts.condition[condition];
      const kept = disk === "ok" ? poor : [poor, texts.map.camera.disk[disk]].join(texts.clause);
      const said = words.cameraChanged(item.body.name, kept);
      const detail = detailIn(language, item.body.detail);
      if (detail === "") return said;
      return texts.bracketed(said, detail);
    }
    case "camera.removed":
      return words.cameraRemoved(item.body.name);
    case "footage.cut_short":
      return words.footageCutShort(item.body.kept_days, item.body.days_wanted);
    case "footage.disk_warning": {
      const { full_in_days, days_short, days_wanted } = item.body;
      return words.footageDiskWarning(Math.max(0, Math.floor(full_in_days)), Math.max(0, Math.floor(days_wanted - days_short)), days_wanted);
    }
    case "footage.no_room":
      return words.footageNoRoom(Math.ceil(item.body.excess_bytes / 1e9), Math.ceil(item.body.held_bytes / 1e9));
    case "footage.clock_leapt":
      return words.footageClockLeapt(Math.round(item.body.ahead_s / 3600), Math.round(item.body.trusted_after_s / 3600));
    case "alert.issued":
      return of(item.body.status, words.alertIssued(item.body.text, targetWords(item.body.target, room, texts)));
    case "alert.cancelled":
      return (item.body.update_alert_id === null ? words.alertCancelled : words.alertUpdated)(
        room.alerts.get(item.body.alert_id)?.text ?? item.body.alert_id,
        item.body.cancelled_by,
      );
    case "delivery.changed": {
      const [first] = item.body.deliveries;
      if (first !== undefined && item.body.deliveries.length === 1) {
        return of(statusOf(item.body.alert_id, room.alerts), words.delivered(venue(first.venue_id), texts.delivery[first.state]));
      }
      const counts = new Map<string, number>();
      for (const { state } of item.body.deliveries) counts.set(texts.delivery[state], (counts.get(texts.delivery[state]) ?? 0) + 1);
      const states = [...counts].map(([state, n]) => words.stateCount(state, n)).join(texts.clause);
      return of(statusOf(item.body.alert_id, room.alerts), words.deliveries(item.body.deliveries.length, states));
    }
    case "report.made": {
      const answer = item.body.answer === null ? "" : texts.answer[item.body.answer];
      const said = [answer, item.body.text ?? ""].filter((one) => one !== "").join(" ");
      return of(statusOf(item.body.alert_id, room.alerts), words.report(venue(item.body.venue_id), said));
    }
    case "escalation.stepped": {
      const [first] = item.body.steps;
      if (first === undefined) return "";
      const venues = [...new Set(item.body.steps.map((one) => venue(one.venue_id)))];
      const named = venues.length > 3 ? words.venuesMore(venues.slice(0, 2).join("、"), venues.length) : venues.join("、");
      return of(statusOf(item.body.alert_id, room.alerts), words.escalated(named, texts.escalation.action[first.action]));
    }
    case "child.found":
      return of(item.body.status, texts.found.said(venue(item.body.venue_id)));
    case "child.closed":
      return of(item.body.status, texts.found.closed[item.body.outcome ?? "cancelled"](venue(item.body.venue_id), item.body.closed_by ?? ""));
    case "escalation.stopped":
      if (item.body.why === "child_found") return texts.found.escalationStopped(item.body.radio_ids.length);
      return words.escalationStopped(item.body.radio_ids.length, item.body.by);
    case "escalation.set":
      return words.escalationSet(item.body.rules.name, item.body.version);
    case "fallback.tried": {
      const { outcome, number, venue_id, alert_id } = item.body;
      const tried = texts.fallback;
      const said = outcome === null ? tried.calling(venue(venue_id), number) : tried.tried(venue(venue_id), tried.outcome[outcome]);
      return of(statusOf(alert_id, room.alerts), said);
    }
    case "fallback.door":
      return texts.fallback.doorIs(texts.fallback.door[item.body.door], texts.fallback.state[item.body.state], item.body.reason ?? "");
    case "roll_call.begun":
      return words.rollCallBegun(Math.round(item.body.lasts_s / 60));
    case "roll_call.ended":
      return words.rollCallEnded(item.body.counts.ready, item.body.counts.expected);
    case "burst.started":
      return words.callStarted(item.body.talker_name, group(item.body.group_id));
    case "burst.ended": {
      const { radios_reached, radios_online, duration_s } = item.body;
      const reached = radios_reached === null || radios_online === null ? "" : texts.talk.reached(radios_reached, radios_online);
      return words.callEnded(item.body.talker_name, group(item.body.group_id), (duration_s ?? 0).toFixed(1), reached);
    }
    case "group.opened":
      return words.groupOpened(item.body.name, item.body.radio_ids.length);
    case "group.closed":
      return words.groupClosed(item.body.name);
    case "sos.raised":
      return words.sosRaised(item.body.venue_name, sosWho(item.body));
    case "sos.cancel_asked":
      return words.sosCancelAsked(item.body.venue_name);
    case "sos.closed":
      return words.sosClosed(item.body.venue_name, item.body.finding === null ? "" : texts.sos.findings[item.body.finding], item.body.note ?? "");
    case "radio.key_stuck":
      return words.keyStuck(deviceName(item.body.radio_id, room, texts), group(item.body.group_id));
    case "burst.not_recorded":
      return words.notRecorded(group(item.body.group_id), words.notRecordedWhy[item.body.reason] ?? item.body.reason);
    case "case.opened":
      return words.caseOpened(item.body.title);
    case "case.changed": {
      const { action, by, case: found } = item.body;
      const what = action !== null ? texts.cases.actions[action] : by === null ? texts.cases.overdue : texts.cases.regraded;
      const said = words.caseChanged(found.title, what, texts.cases.stages[found.standing.stage]);
      return item.body.note === "" ? said : texts.labelled(said, item.body.note);
    }
    case "case.closed":
      return words.caseClosed(item.body.title, item.body.outcome ?? "");
    case "case.noted": {
      const { name, text, pictures } = item.body;
      return texts.desk.noted(name, [text, pictures.length > 0 ? texts.desk.pictured : ""].filter((one) => one !== "").join(" "));
    }
    case "case.mediated":
      return mediatedWords(item.body, texts);
    case "case.recording":
      return texts.desk.recording(item.body.name);
    case "ask.made":
    case "ask.changed":
    case "ask.overdue":
    case "ask.closed": {
      const { kind, sum, whom, text } = item.body;
      const said = `${texts.response.kind[kind]} ${texts.response.event[item.kind]}`;
      const count = sum === null ? "" : texts.response.answered(sum.asked - sum.waiting, sum.asked);
      return [said, count, item.kind === "ask.overdue" && whom !== null ? texts.response.whom[whom] : "", item.kind === "ask.made" ? text : ""].filter((one) => one !== "").join(" · ");
    }
    case "missing_child.changed":
      return of(item.body.status, item.body.ended_at_ms === null ? texts.missing.begun : texts.missing.ended(item.body.was_found === true));
    case "watch.started":
      return words.watchStarted(watchWords(item.body, language, texts));
    case "watch.ended":
      return words.watchEnded(watchWords(item.body, language, texts));
    case "watch.hit":
      return words.watchHit(camera(item.body.hit.sighting.camera_id));
    case "search.made":
      return words.search(inChinese ? item.body.words : item.body.words_en, item.body.hits);
    case "path.marked":
      return words.pathMarked(item.body.verdict);
    case "export.changed":
      return words.exported(
        item.body.camera_name,
        item.body.state,
        item.body.failure === null ? "" : inChinese ? item.body.failure.message : item.body.failure.message_en,
      );
    case "venue.imported":
      return words.venue(item.body.name);
    case "venue.hours_changed":
      return words.hours(venue(item.body.venue_id));
    case "shift.changed":
      return words.shift(item.body.person_id);
    case "device.enrolled":
      return words.enrolled(item.body.device_id);
    case "device.revoked":
      return words.revoked(item.body.device_id, item.body.by);
    case "device.refused": {
      const said = texts.refusals[item.body.reason] ?? words.refused;
      return said(deviceName(item.body.device, room, texts), item.body.count);
    }
    case "hub.started":
      return words.hubStarted(item.body.version);
    default:
      // A newer hub's kind: its name is better than nothing.
      return `${(item as Item).kind} ${(item as Item).subject}`;
  }
}
