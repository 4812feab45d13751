// The texts in Chinese of disputes and their mediation.
import type { DisputeClass, Route } from "../desk/types";

export const zhMediation = {
  title: "调解",
  classes: { family: "婚姻家庭", neighbours: "邻里", property: "物业与房屋", labour: "劳资", other: "消费及其他" } satisfies Record<DisputeClass, string>,
  routes: { police: "公安调解", people: "人民调解", professional: "专业调解", judicial: "司法调解" } satisfies Record<Route, string>,
  classSet: (name: string, what: string) => `${name} 把纠纷归为${what}`,
  begun: (mediator: string, route: string) => `${mediator} 开始${route}`,
  ended: (mediator: string, agreed: boolean): string => `${mediator} ${agreed ? "调解达成协议" : "调解未成"}`,
  visited: (name: string, solved: boolean): string => `${name} 回访：${solved ? "已解决" : "未解决，重新派遣"}`,
  about: "纠纷类别",
  tried: "已调解",
  nothingTried: "还没有调解过",
  proposals: "可请的调解员（最合适的在前）",
  noMediators: "名单上还没有调解员，由管理员登记",
  begin: "请他调解",
  going: "正在调解",
  agreed: "达成协议",
  notAgreed: "未成",
  visit: "回访",
  solved: "已解决",
  unsolved: "未解决",
  note: "说明（可不填）",
};
