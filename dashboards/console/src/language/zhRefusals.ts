// What the event list says in Chinese of each reason for which the hub refuses something: what it was, and what to do.
import type { RefusedReason } from "../room/items";

export const zhRefusals: Record<RefusedReason, (device: string, count: number) => string> = {
  forged: (device, n) =>
    `有人冒充 ${device} 发了 ${n} 条消息，已拒收。请马上找持机人核实；说不清的，请管理员在“管理 › 设备”里吊销它。`,
  replayed: (device, n) => `${device} 的 ${n} 条旧消息又被发了一遍，已拒收，不影响现在。反复出现时，请管理员检查网络里多出来的设备。`,
  former_key: (device, n) =>
    `${device} 用换下来的旧凭证发了 ${n} 条消息，已拒收。换凭证时会自己恢复；一直出现可能是凭证被复制，请管理员吊销后重新入网。`,
  unknown_device: (device, n) =>
    `没有入网的设备 ${device} 发了 ${n} 条消息，已拒收。是自己的设备，请管理员在“管理 › 设备”里生成入网码；不是，请查它接在哪里。`,
  not_allowed: (device, n) => `${device} 越权发了 ${n} 条消息，已拒收。反复出现时，请管理员检查这台设备或账号。`,
  flooding: (device, n) => `${device} 发消息太多，丢掉了 ${n} 条。请持机人重启设备；再不停，会被断开一分钟。`,
  cut_off: (device) => `${device} 消息太多或多次冒充，断开一分钟，这期间听不到喊话、收不到警报。要找那里请打电话，并让管理员检查设备。`,
  overloaded: (device, n) => `主机忙不过来，${device} 有 ${n} 条消息没处理；要紧的设备会再发。一直出现请通知管理员。`,
  broker_away: (_, n) => `主机连不上消息服务器，${n} 条消息没发出去。现在喊话和警报可能到不了对讲机：请改打电话，并马上通知管理员。`,
  broker_refuses: (_, n) => `消息服务器拒收了主机的 ${n} 条消息，主机会再发警报。现在喊话和警报可能到不了对讲机：请改打电话，并马上通知管理员。`,
  wrong_pin: (device, n) => `${device} 上签到码输错 ${n} 次。请确认是谁拿着；忘了签到码的，请管理员重新设定。`,
  malformed: (device, n) => `${device} 有 ${n} 条消息看不懂，已丢弃。请管理员更新它的程序。`,
  oversized: (device, n) => `${device} 有 ${n} 条消息太大，已丢弃。请管理员检查它的程序。`,
  retained: (device, n) => `${device} 把不该留的 ${n} 条消息留在消息服务器上，已丢弃。请管理员更新它的程序。`,
  bad_topic: (_, n) => `有 ${n} 条消息发到了没有的地址，已丢弃。请管理员核对新接入的设备是不是本系统的。`,
  unknown_alert: (device, n) => `${device} 回应了不是发给它的警报（${n} 条），没有采用。反复出现请通知管理员。`,
  unknown_camera: (device, n) => `分析程序 ${device} 送来没有登记的摄像头的记录（${n} 条），已丢弃。刚撤下摄像头时会有，不用处理。`,
  store_failed: (_, n) => `${n} 条出现记录写不进磁盘，查找会不全。请马上通知管理员检查磁盘。`,
  no_floor: (device, n) => `${device} 没轮到就讲话，${n} 段声音没有转出。请提醒持机人：听到可以讲的提示再说。`,
  too_many_messages: (person, n) => `${person} 的控制台发消息太多，断开了 ${n} 次，会自动重连。反复出现，请本人关掉多余的窗口并告诉管理员。`,
  too_many_lines: (person, n) => `${person} 打开的窗口太多，最早的已断开（${n} 次）。请本人关掉不用的；不是本人打开的，请马上改密码。`,
};
