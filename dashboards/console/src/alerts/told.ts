// What was answered for one radio, in words: the answer, its text, and by whom where it was not the radio's own key.
import { useTexts } from "../language/language";
import type { Texts } from "../language/zh";
import { personName } from "../room/room";
import { useRoom } from "../room/store";
import type { Delivery } from "../room/types";
import { isElsewhere } from "./board";

export function answerWords(one: Pick<Delivery, "answer" | "report_text">, texts: Texts): string {
  return [one.answer === null ? "" : texts.answer[one.answer], one.report_text ?? ""].filter((word) => word !== "").join(texts.clause);
}

/** Who pressed on a page, or that it was a telephone's key; nothing where it was the radio's. */
export function useToldBy(one: Delivery): string {
  const texts = useTexts();
  const who = useRoom((room) => (one.acknowledged_by ? personName(room, one.acknowledged_by) : ""), "");
  if (one.acknowledged_via === "phone") return texts.alerts.via.phone;
  return isElsewhere(one) && one.acknowledged_via ? texts.alerts.by(who, texts.alerts.via[one.acknowledged_via]) : "";
}
