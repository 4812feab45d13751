// Words on the map hide neither pins nor one another.
import { expect, test } from "vitest";

import { placed, type Label } from "./labels";

const label = (x: number, y: number): Label => ({ x, y, width: 60, height: 16, away: 15 });
const pin = (x: number, y: number) => ({ x: x - 13, y: y - 13, width: 26, height: 26 });

test("a word stands to the right of its pin, and to the left where another pin is there", () => {
  expect(placed([label(100, 100)], [pin(100, 100)])).toEqual([{ x: 115, y: 92, width: 60, height: 16 }]);
  expect(placed([label(100, 100)], [pin(100, 100), pin(140, 100)])[0]?.x).toBe(25);
});

test("of words with no room for all those asked for first are shown", () => {
  const crowd = Array.from({ length: 7 }, (_, n) => label(100 + n, 100));
  const shown = placed(crowd, [pin(100, 100)]);
  expect(shown[0]).not.toBeNull();
  expect(shown.filter((box) => box === null).length).toBeGreaterThan(0);
  const boxes = shown.filter((box) => box !== null);
  for (const [n, a] of boxes.entries())
    for (const b of boxes.slice(n + 1))
      expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true);
});
