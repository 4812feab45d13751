import { describe, expect, it } from "vitest";

import { Film } from "./film";
import type { Picture } from "./records";

const picture = (wallUs: number, key = false): Picture => ({ kind: "picture", wallUs, mediaUs: 0, key, broken: false, data: new Uint8Array(100) });

function fed(film: Film, from: number, to: number): Film {
  for (let number = from; number < to; number += 1) film.add(picture(number, number % 5 === 0));
  return film;
}

describe("the coded pictures that are kept", () => {
  it("begin with a key picture, and say where decoding must begin for a moment", () => {
    const film = fed(new Film(), 3, 23);
    expect([film.at(0)?.wallUs, film.end, film.untilUs]).toEqual([5, 18, 22]);
    expect(film.at(film.keyBefore(13) ?? -1)?.wallUs).toBe(10);
    expect(film.at(film.keyBefore(2) ?? -1)?.wallUs).toBe(5);
    expect(new Film().keyBefore(2)).toBeNull();
  });

  it("are bounded: the oldest group goes, and the others keep their numbers", () => {
    const film = fed(new Film(1_200), 0, 14);
    const number = film.keyBefore(12) ?? -1;
    expect(film.at(number)?.wallUs).toBe(10);
    film.add(picture(14));
    expect([film.at(0), film.at(5)?.wallUs, film.at(number)?.wallUs]).toEqual([undefined, 5, 10]);
  });

  it("begin anew where earlier ones come: another place was asked for", () => {
    const film = fed(fed(new Film(), 20, 30), 10, 13);
    expect([film.untilUs, film.at(film.keyBefore(25) ?? -1)?.wallUs]).toEqual([12, 10]);
  });
});
