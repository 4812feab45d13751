// The texts in Chinese of what a sighting tells of a person beside colours.

export const zhTraits = {
  metres: (m: string, error: string | null) => (error === null ? `${m} 米` : `${m}±${error} 米`),
  child: "像儿童",
  adult: "像成人",
  pattern: { plain: "素色上衣", striped: "条纹上衣", checked: "格子上衣", printed: "印花上衣" },
  bag: { backpack: "背双肩包", handbag: "带手提包", suitcase: "拉行李箱" },
  headWear: "戴帽",
  movement: { standing: "站着", towards: "迎面走来", away: "背向走远", left: "向左走", right: "向右走" },
  heading: ["向北走", "向东北走", "向东走", "向东南走", "向南走", "向西南走", "向西走", "向西北走"],
  speed: (mps: string) => `${mps} 米/秒`,
  companions: (n: number) => `${n} 人同行`,
};
