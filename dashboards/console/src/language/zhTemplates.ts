// The texts in Chinese of prepared alerts.

export const zhTemplates = {
  words: "写警报时，每个模板是一个按键；大括号里的是空，发之前填，比如 {衣着}。立了案的，案件里有的自动填好。",
  none: "还没有模板",
  name: "名称",
  text: "内容",
  severity: "等级",
  target: "发给谁",
  status: "真实程度",
  blankHint: "用大括号留空，比如：走失儿童，{衣着}，身高{身高}。",
  blanks: (names: string) => `要填的空：${names}`,
  add: "新增模板",
  change: "修改",
  remove: "删除",
  removeAsk: (name: string) => `删除模板“${name}”？`,
  forward: "往前移",
  taken: "已有同名的模板",
};
