// The texts in Chinese of a guard who says that the child is with them.
import type { Via } from "../room/types";

export const zhFound = {
  label: "孩子在我这里",
  unnamed: "没有登记持机人",
  via: { radio: "对讲机", page: "手机", phone: "电话" } satisfies Record<Via, string>,
  since: (d: string) => `${d}前`,
  alert: "警报",
  case: "案件",
  issuedBy: "发出人",
  you: "您",
  stopped: "这条警报的升级已对所有场所停止。要再追，请更新警报或重新发出。",
  askYou: "这条警报是您发的：孩子找到了，要取消警报吗？",
  ask: "先打过去核实。确认是走失的孩子就取消警报。",
  askOver: "这条警报已经结束。先打过去核实，再说明是不是这个孩子。",
  call: (venue: string) => `呼叫${venue}`,
  cancel: "孩子找到了，取消警报",
  cancelText: (venue: string) => `孩子已在${venue}找到，谢谢大家。`,
  itIs: "是这个孩子，结束",
  notIt: "不是这个孩子",
  aside: "放到一边",
  keyAt: (key: string, venue: string) => `${venue}：${key}`,
  show: "再显示一次",
  more: (n: number) => `另有 ${n} 个场所也说孩子在那里`,
  at: (venue: string, others: number, notReal: string) =>
    `${notReal === "" ? "" : `${notReal}：`}孩子在${venue}${others > 0 ? `，另有 ${others} 处` : ""}`,
  said: (venue: string) => `${venue} 说：孩子在我这里`,
  closed: {
    cancelled: (venue: string, by: string) => `${by} 取消警报，${venue} 的“孩子在我这里”结束`,
    the_child: (venue: string, by: string) => `${by} 确认：${venue} 的就是走失的孩子`,
    not_the_child: (venue: string, by: string) => `${by} 更正：${venue} 的不是走失的孩子`,
  },
  escalationStopped: (n: number) => `孩子找到了，停止 ${n} 台对讲机的升级`,
};
