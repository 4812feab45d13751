// Whom an alert reaches, before it is sent.
import { expect, test } from "vitest";

import type { AlertTarget, Radio, TalkGroup, Venue } from "../room/types";
import { radiosOf } from "./reach";

const venues = new Map([1, 2, 3].map((n) => [`V${n}`, { venue_id: `V${n}`, latitude: 25, longitude: 105 + n / 1000 } as Venue]));
const radios = new Map([1, 2, 3].map((n) => [`R${n}`, { radio_id: `R${n}`, venue_id: `V${n}` } as Radio]));
const groups = [{ group_id: "g", radio_ids: ["R2", "gone"] } as TalkGroup];
const around: AlertTarget["points"] = [
  [24.9, 105.0005],
  [25.1, 105.0005],
  [25.1, 105.0025],
  [24.9, 105.0025],
];

test.each<[string, AlertTarget, string[]]>([
  ["everybody", { kind: "all", id: null }, ["R1", "R2", "R3"]],
  ["a group's radios that there are", { kind: "group", id: "g" }, ["R2"]],
  ["nobody of a group that has ended", { kind: "group", id: "temporary.1" }, []],
  ["one venue", { kind: "venue", id: "V3" }, ["R3"]],
  ["chosen venues", { kind: "venues", id: null, ids: ["V1", "V3"] }, ["R1", "R3"]],
  ["who is inside a shape", { kind: "polygon", id: null, points: around }, ["R1", "R2"]],
  ["who is beside a path", { kind: "path", id: null, points: [[25, 105.003], [25, 105.004]], within_m: 110 }, ["R2", "R3"]],
])("%s", (_, target, reached) => expect(radiosOf(target, { radios, venues, groups }).map((one) => one.radio_id)).toEqual(reached));
