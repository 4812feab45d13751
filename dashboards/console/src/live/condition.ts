// Pure: how a tile stands, in words: what is shown, why there is nothing, what is wrong with the picture.
import type { Texts } from "../language/zh";
import type { Camera } from "../room/types";
import type { LiveLineState, ViewState } from "./protocol";

/** Without a picture for so long a tile says why. */
export const SILENT_MS = 3_000;
/** From this on a picture's age is shown. */
export const OLD_MS = 1_000;

/** That the decoder began anew is said for so long. */
const FAILED_MS = 60_000;

export interface TileFacts {
  line: LiveLineState;
  view: ViewState | undefined;
  camera: Camera | undefined;
  /** By this machine's clock, as `cameAtMs` is; and by the hub's, as pictures are dated. */
  nowMs: number;
  hubNowMs: number;
  /** When the tile was opened, by this machine's clock. */
  openedAtMs: number;
}

export interface TileStand {
  tone: "good" | "wait" | "bad";
  /** How it stands, in a word or two. */
  state: string;
  /** Why there is no picture, in a sentence; empty where there is one. */
  why: string;
  /** What is wrong with the picture that is shown, and how it came about. */
  marks: readonly string[];
  ageMs: number | null;
}

/**
 * Whether pictures of now come. A camera that stands still gives whoever opens it the pictures since its last key
 * picture: they come now, and are not of now.
 */
export function isLive(view: ViewState | undefined, nowMs: number, hubNowMs: number): boolean {
  return nowMs - (view?.cameAtMs ?? 0) < SILENT_MS && hubNowMs - (view?.atMs ?? 0) < SILENT_MS;
}

const TROUBLED = ["stalled", "refused", "unreadable"];

export function standOf({ line, view, camera, nowMs, hubNowMs, openedAtMs }: TileFacts, isEnglish: boolean, texts: Texts): TileStand {
  const words = texts.live;
  const silentMs = nowMs - Math.max(view?.cameAtMs ?? 0, openedAtMs);
  const atMs = view?.atMs ?? null;
  const ageMs = atMs === null ? null : Math.max(0, hubNowMs - atMs);
  const word = view?.word ?? null;
  const neverCame = (view?.cameAtMs ?? null) === null;
  const marks = marksOf(view, camera, nowMs, texts);
  const stand = (tone: TileStand["tone"], state: string, why: string): TileStand => ({ tone, state, why, marks, ageMs });
  if (camera === undefined) return stand("bad", words.gone, words.goneWords);
  if (line !== "open") return stand("bad", words.lineLost, words.lineLostWords);
  if (view?.isDecoded === false && view.isTranscoded) return stand("bad", words.unsupported, words.unsupportedWords(view.form?.codec ?? ""));
  if (word !== null) {
    const named = (words.codes as Record<string, string>)[word.code] ?? words.noPicture;
    const said = isEnglish ? word.message_en : word.message;
    return stand("bad", named, (words.whys as Record<string, string>)[word.code] ?? said);
  }
  if (isLive(view, nowMs, hubNowMs)) return stand("good", words.online, "");
  if (silentMs < SILENT_MS) return stand("wait", neverCame ? words.opening : words.late, "");
  if (TROUBLED.includes(camera.condition)) return stand("bad", texts.condition[camera.condition], since(neverCame, texts, silentMs));
  return stand("bad", words.noPicture, since(neverCame, texts, silentMs));
}

function since(neverCame: boolean, texts: Texts, silentMs: number): string {
  const s = Math.floor(silentMs / 1000);
  return neverCame ? texts.live.neverCame(s) : texts.live.noneFor(s);
}

function marksOf(view: ViewState | undefined, camera: Camera | undefined, nowMs: number, texts: Texts): string[] {
  const words = texts.live;
  const marks: string[] = [];
  const picture = camera?.picture ?? "clear";
  if (picture !== "clear") marks.push(words.picture[picture]);
  if (view?.isTranscoded === true) marks.push(words.transcoded);
  if (view?.isDamaged === true) marks.push(words.damaged);
  if (view !== undefined && nowMs - (view.failedAtMs ?? 0) < FAILED_MS) marks.push(words.errors(view.errors));
  return marks;
}
