// Two-way response's part of the hub's HTTP interface.
import { ask, part } from "../room/ask";
import type { Answerer, Ask, AskStep, AskSum, Order } from "./types";

const at = (askId: string, rest = ""): string => `/api/asks/${part(askId)}${rest}`;

export const responseHub = {
  open: async () => (await ask<{ asks: Ask[] }>("GET", "/api/asks?open=true")).asks,
  find: (askId: string) => ask<Ask>("GET", at(askId)),
  sum: (askId: string) => ask<AskSum>("GET", at(askId, "/sum")),
  answerers: () => ask<Answerer[]>("GET", at("answerers")),
  order: (kind: "whistle" | "directive", order: Order, key: string) =>
    ask<Ask>("POST", kind === "whistle" ? "/api/whistles" : "/api/directives", order, { "Idempotency-Key": key }),
  answer: (askId: string, step: AskStep, messageId: string, text = "") =>
    ask<Ask>("POST", at(askId, "/answers"), { message_id: messageId, step, text }),
  makeCase: (askId: string) => ask<Ask>("POST", at(askId, "/case"), {}),
  close: (askId: string) => ask<Ask>("POST", at(askId, "/close"), {}),
};
