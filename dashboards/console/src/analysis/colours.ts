// What is drawn over a picture, and said of it in the legend, in these colours.
export const COLOURS = { motion: "#35c7ff", region: "#c49bff", detection: "#ffd84d", track: "#3ddc84" } as const;
