// The texts in Chinese of the fallback door.
import type { DoorStanding, DoorState, Outcome } from "../fallback/types";

export const zhFallback = {
  door: { none: "", sip: "电话", file: "电话（写文件）" } satisfies Record<DoorStanding["door"], string>,
  state: { off: "", starting: "连接中", up: "可用", down: "不通" } satisfies Record<DoorState, string>,
  calling: (venue: string, number: number) => `正在打${venue}的电话（第 ${number} 次）`,
  tried: (venue: string, outcome: string) => `${venue}的电话：${outcome}`,
  outcome: {
    acknowledged: "接听并按 1 确认",
    no_key: "接听了，没有按键",
    no_answer: "没有人接",
    failed: "没打通",
    written: "只写了文件，没有打出",
    broken_off: "中枢重启，打断了",
    not_needed: "已有人应答，不再打",
  } satisfies Record<Outcome, string>,
  doorIs: (door: string, state: string, reason: string) => `${door}${state}${reason === "" ? "" : `：${reason}`}`,
};
