// What a talk group is called before anybody thinks of a name.
import { describe, expect, test } from "vitest";

import { en } from "../language/en";
import { zh } from "../language/zh";
import type { Grid, Venue } from "../room/types";
import { alertName, placeName, streetsOf } from "./naming";

const grids = new Map<string, Grid>([1, 2, 3].map((n) => [`G${n}`, { grid_id: `G${n}`, name: `第${n}网格`, police_grid_id: "P1" }]));
const venue = (name: string, latitude: number, longitude: number, grid_id = "G1"): Venue => ({
  venue_id: name,
  name,
  kind: "hotel",
  grid_id,
  latitude,
  longitude,
});
const street = (name: string, ...coordinates: number[][]): GeoJSON.Feature => ({
  type: "Feature",
  properties: { kind: "street", name },
  geometry: { type: "LineString", coordinates },
});
const streets = streetsOf({
  type: "FeatureCollection",
  features: [
    street("栖凤路", [105.47, 25.1], [105.48, 25.1]),
    street("文昌街", [105.47, 25.11], [105.48, 25.11]),
    street("", [105.47, 25.105], [105.48, 25.105]),
    { type: "Feature", properties: { kind: "building", name: "楼" }, geometry: { type: "Point", coordinates: [105.47, 25.1] } },
  ],
});

describe("a selection's group", () => {
  const name = (...venues: Venue[]): string => placeName(venues, streets, grids, "16:42", zh);
  const south = venue("梧桐宾馆", 25.1001, 105.472);
  const north = venue("栖凤小学", 25.1101, 105.474, "G2");

  test("has the one venue's name", () => {
    expect(name(south)).toBe("梧桐宾馆 16:42");
  });

  test("has the street's at which most of its venues stand", () => {
    expect(name(south, venue("网吧", 25.0999, 105.479, "G2"), north)).toBe("栖凤路一带 16:42");
    expect(placeName([south, south, north], streets, grids, "16:42", en)).toBe("Around 栖凤路 16:42");
  });

  test("has those of two streets where most stand at one or the other", () => {
    expect(name(south, north)).toBe("栖凤路、文昌街一带 16:42");
  });

  test("has the grids' where no two streets have most of them", () => {
    const named = (...venues: Venue[]): string => placeName(venues, [], grids, "16:42", zh);
    expect(named(south, venue("网吧", 25.12, 105.47))).toBe("第1网格 16:42");
    expect(named(south, north)).toBe("第1网格、第2网格 16:42");
    expect(named(south, north, venue("三", 25.1, 105.47, "G3"))).toBe("第1网格等 3 个网格 16:42");
  });
});

test("an alert's group has the first words of its text", () => {
  expect(alertName("走失儿童：红色上衣，约一米一。", "all", "16:42", zh)).toBe("走失儿童 16:42");
  expect(alertName("走失儿童：红色上衣", "silent", "16:42", zh)).toBe("走失儿童未回应 16:42");
  expect(alertName("：", "all", "16:42", zh)).toBe("警报 16:42");
});
