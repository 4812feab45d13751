// Pure: what an administrator has clicked in a camera's picture and on the map, and what is still to be clicked.

/** Pixels of the picture. */
export type Point = readonly [x: number, y: number];
export type Place = readonly [latitude: number, longitude: number];

/** A point of the ground; its place on the map is clicked after it. */
export interface GroundClick {
  readonly at: Point;
  readonly place: Place | null;
}

/** Somebody who stands; the head is clicked after the foot. */
export interface PersonClick {
  readonly foot: Point;
  readonly head: Point | null;
  readonly heightM: number;
}

export interface Clicked {
  readonly by: "ground" | "people";
  readonly ground: readonly GroundClick[];
  readonly people: readonly PersonClick[];
}

/** As the hub reads it (docs/api.md). */
export interface Clicks {
  width_px: number;
  height_px: number;
  ground: { x_px: number; y_px: number; latitude: number; longitude: number }[];
  people: { foot_x_px: number; foot_y_px: number; head_x_px: number; head_y_px: number; height_m: number }[];
}

/** A post of the height grid, pixels: its foot, and where 1.1 m and 1.7 m of it end. */
export interface Stick {
  ahead_m: number;
  foot: Point;
  child: Point;
  adult: Point;
}

export interface Calibrated {
  calibration: {
    width_px: number;
    height_px: number;
    camera_height_m: number;
    tilt_deg: number;
    heading_deg: number;
    latitude: number;
    longitude: number;
  };
  rms_px: number;
  child_error_m: number;
  sticks: Stick[];
  footprint: Place[];
}

export const NOTHING: Clicked = { by: "ground", ground: [], people: [] };
export const MOST_CLICKS = 12;
const LEAST = { ground: 4, people: 2 };
/** The usual height of a grown person in China, men and women together (national nutrition report, 2020: 169.7 and 158.0 cm). */
export const USUAL_M = 1.64;

export type Next = "point" | "place" | "foot" | "head" | "full";

/** What the next click says. */
export function nextOf({ by, ground, people }: Clicked): Next {
  if (by === "ground") {
    if (ground.at(-1)?.place === null) return "place";
    return ground.length < MOST_CLICKS ? "point" : "full";
  }
  if (people.at(-1)?.head === null) return "head";
  return people.length < MOST_CLICKS ? "foot" : "full";
}

/** After a click in the picture; one that says nothing changes nothing. A point without its place is moved. */
export function clickPicture(clicked: Clicked, at: Point): Clicked {
  switch (nextOf(clicked)) {
    case "point":
      return { ...clicked, ground: [...clicked.ground, { at, place: null }] };
    case "place":
      return { ...clicked, ground: [...clicked.ground.slice(0, -1), { at, place: null }] };
    case "foot":
      return { ...clicked, people: [...clicked.people, { foot: at, head: null, heightM: USUAL_M }] };
    case "head": {
      const last = clicked.people.at(-1);
      if (last === undefined) return clicked;
      // Whoever clicks the head first means the same person.
      const [foot, head] = at[1] < last.foot[1] ? [last.foot, at] : [at, last.foot];
      return { ...clicked, people: [...clicked.people.slice(0, -1), { ...last, foot, head }] };
    }
    default:
      return clicked;
  }
}

/** After a click on the map. */
export function clickMap(clicked: Clicked, place: Place): Clicked {
  if (nextOf(clicked) !== "place") return clicked;
  const last = clicked.ground.at(-1);
  return last === undefined ? clicked : { ...clicked, ground: [...clicked.ground.slice(0, -1), { ...last, place }] };
}

export function without(clicked: Clicked, number: number): Clicked {
  const keep = (_: unknown, at: number): boolean => at !== number;
  return clicked.by === "ground"
    ? { ...clicked, ground: clicked.ground.filter(keep) }
    : { ...clicked, people: clicked.people.filter(keep) };
}

export function withHeight(clicked: Clicked, number: number, heightM: number): Clicked {
  return { ...clicked, people: clicked.people.map((one, at) => (at === number ? { ...one, heightM } : one)) };
}

/** How many more are needed. */
export function missing(clicked: Clicked): number {
  const whole =
    clicked.by === "ground"
      ? clicked.ground.filter((one) => one.place !== null).length
      : clicked.people.filter((one) => one.head !== null).length;
  return Math.max(0, LEAST[clicked.by] - whole);
}

/** What is sent; null while more is needed. */
export function clicksOf(clicked: Clicked, widthPx: number, heightPx: number): Clicks | null {
  if (missing(clicked) > 0) return null;
  return {
    width_px: widthPx,
    height_px: heightPx,
    ground:
      clicked.by === "people"
        ? []
        : clicked.ground.flatMap(({ at: [x_px, y_px], place }) =>
            place === null ? [] : [{ x_px, y_px, latitude: place[0], longitude: place[1] }],
          ),
    people:
      clicked.by === "ground"
        ? []
        : clicked.people.flatMap(({ foot, head, heightM }) =>
            head === null ? [] : [{ foot_x_px: foot[0], foot_y_px: foot[1], head_x_px: head[0], head_y_px: head[1], height_m: heightM }],
          ),
  };
}
