// The texts in English of several cases at once: list, keys, timeline, hand-over.
import type { zhDesk } from "./zhDesk";

export const enDesk: typeof zhDesk = {
  open: (n) => `Open cases ${n}`,
  mine: (n) => `Mine ${n}`,
  handOver: "Hand over…",
  handOverTitle: "Change of shift: hand cases over to",
  handOverGo: (n) => `Hand over ${n}`,
  toWhom: "To whom",
  note: "A word (may stay empty)",
  grade: (n) => `grade ${n}`,
  take: "I take it",
  timeline: "History",
  nothing: "Nothing yet",
  writeNote: "A note; Enter keeps it",
  notePicture: "A picture for the case",
  keepNote: "Note",
  noted: (name, text) => `${name}: ${text}`,
  pictured: "(picture)",
  recording: (name) => `${name} added a recorded call`,
  sum: (acknowledged, radios, reported) => `${acknowledged} of ${radios} acknowledged, ${reported} reported`,
};
