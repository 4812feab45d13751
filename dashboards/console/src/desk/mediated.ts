// Pure: what was done about a dispute, in words.
import type { Texts } from "../language/zh";
import type { Mediated } from "./types";

export function mediatedWords({ what, name, dispute_class, mediator, route, good, text }: Mediated, texts: Texts): string {
  const words = texts.mediation;
  const said =
    what === "class_set"
      ? words.classSet(name, words.classes[dispute_class])
      : what === "begun"
        ? words.begun(mediator ?? "", words.routes[route ?? "people"])
        : what === "ended"
          ? words.ended(mediator ?? "", good === true)
          : words.visited(name, good === true);
  return text === "" ? said : texts.labelled(said, text);
}
