// What was done about a dispute is said with who, how it went, and the words that were left.
import { expect, test } from "vitest";

import { zh } from "../language/zh";
import { mediatedWords } from "./mediated";
import type { Mediated } from "./types";

const done = (fields: Partial<Mediated>): string =>
  mediatedWords({ case_id: "K1", what: "begun", by: "li", name: "李", dispute_class: "property", mediator: null, route: null, good: null, text: "", ...fields }, zh);

test("each deed has its words", () => {
  expect(done({ what: "class_set" })).toBe("李 把纠纷归为物业与房屋");
  expect(done({ what: "begun", mediator: "老张", route: "people" })).toBe("老张 开始人民调解");
  expect(done({ what: "ended", mediator: "老张", good: false, text: "双方不让" })).toBe("老张 调解未成：双方不让");
  expect(done({ what: "visited", good: true })).toBe("李 回访：已解决");
});
