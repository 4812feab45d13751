import { describe, expect, it } from "vitest";

import { clickMap, clickPicture, clicksOf, missing, nextOf, NOTHING, without, type Clicked } from "./clicks";

const fourGround = (): Clicked => {
  let clicked = NOTHING;
  for (let number = 0; number < 4; number += 1) {
    clicked = clickMap(clickPicture(clicked, [number * 10, 200 - number]), [25 + number / 1e4, 105]);
  }
  return clicked;
};

describe("clicks of the ground", () => {
  it("go in turns between picture and map", () => {
    const first = clickPicture(NOTHING, [1, 2]);
    expect(nextOf(first)).toBe("place");
    expect(nextOf(clickMap(first, [25, 105]))).toBe("point");
  });

  it("move the point whose place is not clicked yet", () => {
    expect(clickPicture(clickPicture(NOTHING, [1, 2]), [3, 4]).ground).toEqual([{ at: [3, 4], place: null }]);
  });

  it("take no click on the map before one in the picture", () => {
    expect(clickMap(NOTHING, [25, 105])).toBe(NOTHING);
  });

  it("are sent once there are four", () => {
    const four = fourGround();
    expect(missing(four)).toBe(0);
    expect(clicksOf(four, 640, 360)?.ground).toHaveLength(4);
    expect(clicksOf(without(four, 1), 640, 360)).toBeNull();
    expect(missing(without(four, 1))).toBe(1);
  });
});

describe("clicks of people", () => {
  const people: Clicked = { ...NOTHING, by: "people" };

  it("take foot and head in whichever order", () => {
    const headFirst = clickPicture(clickPicture(people, [50, 40]), [52, 140]);
    expect(headFirst.people[0]).toMatchObject({ foot: [52, 140], head: [50, 40] });
    expect(nextOf(headFirst)).toBe("foot");
  });

  it("are sent once there are two", () => {
    const one = clickPicture(clickPicture(people, [50, 140]), [50, 40]);
    expect(missing(one)).toBe(1);
    const two = clickPicture(clickPicture(one, [90, 150]), [91, 60]);
    expect(clicksOf(two, 640, 360)?.people[1]).toMatchObject({ foot_x_px: 90, head_y_px: 60 });
  });

  it("send nothing of the ground", () => {
    const both = { ...fourGround(), by: "people" as const };
    expect(clicksOf(both, 640, 360)).toBeNull();
  });
});
