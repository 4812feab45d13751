// The texts in Chinese of a guard's call for help.

export const zhSos = {
  label: "紧急求助",
  microphone: "麦克风开着，正在听现场",
  open: "请立即处置",
  cancelAsked: "对方请求取消，请核实后确认",
  since: (m: number, s: number) => (m === 0 ? `已 ${s} 秒` : `已 ${m} 分 ${s} 秒`),
  more: (n: number) => `另有 ${n} 起`,
  call: "呼叫该对讲机",
  close: "结束",
  confirmCancel: "确认取消",
  quiet: "静音",
  closeTitle: (venue: string) => `结束紧急求助：${venue}`,
  finding: "核实结果",
  findings: { real: "真实求助", false_alarm: "误按", test: "测试" },
  note: "处置情况",
  noteHint: "可不填，最多 500 字",
};
