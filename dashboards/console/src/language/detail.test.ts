// What a camera says of its state, for a reader of either language.
import { describe, expect, test } from "vitest";

import { detailIn } from "./detail";

describe("a detail in both languages", () => {
  test("says the Chinese before the parenthesis, the English inside it", () => {
    const detail = "已 8 秒没有画面 (no picture for 8 s)";
    expect(detailIn("zh-CN", detail)).toBe("已 8 秒没有画面");
    expect(detailIn("en", detail)).toBe("no picture for 8 s");
  });

  test("keeps parentheses that the English has itself", () => {
    const detail = "读取失败，请查看工作进程日志 (reading failed (OSError); see the worker's log)";
    expect(detailIn("zh-CN", detail)).toBe("读取失败，请查看工作进程日志");
    expect(detailIn("en", detail)).toBe("reading failed (OSError); see the worker's log");
  });

  test("keeps Chinese parentheses and several lines", () => {
    const detail = "密码不对（第 2 次），\n请检查 (wrong password,\ncheck it)";
    expect(detailIn("zh-CN", detail)).toBe("密码不对（第 2 次），\n请检查");
    expect(detailIn("en", detail)).toBe("wrong password,\ncheck it");
  });

  test("in one language only stands for both", () => {
    expect(detailIn("zh-CN", "没有视频地址")).toBe("没有视频地址");
    expect(detailIn("en", "没有视频地址")).toBe("没有视频地址");
    expect(detailIn("en", "")).toBe("");
  });
});
