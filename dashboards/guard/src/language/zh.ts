// The texts of the phone page in Chinese that the console has no words for; this is the type that English must fill.

export const zh = {
  title: "黔哨对讲",
  start: "点这里开始对讲",
  startHint: "打开声音和麦克风。之后按住大键就能讲话。",
  again: "再试一次",
  listenOnly: "现在只能听，不能讲",
  noSound: "还没有声音，听不到呼叫",
  microphone: {
    off: "",
    asking: "浏览器会问是否使用麦克风，请点“允许”。",
    ready: "",
    refused: "浏览器不给麦克风。正在打电话就先挂断；否则点地址栏左边的图标 → 权限 → 麦克风 → 允许，再点“再试一次”。",
    missing: "找不到麦克风，或者它被电话、别的程序占用。挂断、关掉后点“再试一次”。",
    unsupported: "这个浏览器不能对讲。请换新版 Chrome 或 Edge，不要在微信里打开。",
  },
  notSecure: (address: string) =>
    `这个地址没有加密，浏览器不给麦克风。请改用 ${address} 打开；有警告就先按民警给的说明装证书。`,
  connecting: "正在接通对讲线路…",
  lostFor: (s: number) => `线路断了 ${s} 秒，正在自动重连。现在听不到，也不能讲。`,
  chooseGroup: "换组",
  groups: "选对讲组",
  selected: "当前",
  volumes: "音量",
  closeSheet: "关闭",
  lastCalls: "最近通话",
  alert: (severity: string) => `${severity}警报`,
  hideAlert: "收起",
  showAlerts: (n: number) => `${n} 条警报还有效，点这里看`,
  onlyShown: "这里只显示，不算确认。请用对讲机上的确认键确认。",
  moreAlerts: (n: number) => `还有 ${n} 条`,
  sos: (venue: string) => `紧急求助：${venue}`,
  headset: "用耳机键、音量键讲话",
  headsetHint: "耳机键按一下开始讲，再按一下结束；手机把音量键交给网页的，按住讲。",
  console: "打开控制台",
  noTalk: "您的岗位不用对讲。",
  noGroups: "您的场所还没有对讲机，所以没有对讲组。请告诉民警。",
  awake: { on: "屏幕保持常亮", off: "屏幕会自己熄灭：请把手机的自动锁屏调长" },
};

export type GuardTexts = typeof zh;
