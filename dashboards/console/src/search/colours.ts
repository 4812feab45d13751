// How the eleven colour words look on a dark screen.
import type { Colour } from "../room/types";

export const SWATCH: Record<Colour, string> = {
  black: "#16181b",
  grey: "#8a8f98",
  white: "#f4f5f7",
  red: "#d9363e",
  orange: "#f08c2e",
  yellow: "#f2d13b",
  green: "#3f9e4d",
  blue: "#2f6fdb",
  purple: "#8451c9",
  pink: "#ee86b7",
  brown: "#7d5433",
};
