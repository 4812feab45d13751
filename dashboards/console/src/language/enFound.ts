// The texts in English of a guard who says that the child is with them.
import type { zhFound } from "./zhFound";

export const enFound: typeof zhFound = {
  label: "The child is with me",
  unnamed: "Nobody signed on",
  via: { radio: "radio", page: "phone page", phone: "telephone" },
  since: (d) => `${d} ago`,
  alert: "Alert",
  case: "Case",
  issuedBy: "Issued by",
  you: "you",
  stopped: "Escalation of this alert has stopped at all venues. To go on, update the alert or issue another.",
  askYou: "You issued this alert: the child is found. Cancel the alert?",
  ask: "Call and make sure first. If it is the missing child, cancel the alert.",
  askOver: "This alert is over. Call and make sure, then say whether it is the child.",
  call: (venue) => `Call ${venue}`,
  cancel: "Found: cancel the alert",
  cancelText: (venue) => `孩子已在${venue}找到，谢谢大家。`,
  itIs: "It is the child: close",
  notIt: "Not the child",
  aside: "Put aside",
  keyAt: (key, venue) => `${venue}: ${key}`,
  show: "Show it again",
  more: (n) => `${n} more venue${n === 1 ? " says" : "s say"} that the child is there`,
  at: (venue, others, notReal) => `${notReal === "" ? "" : `${notReal}: `}Child: ${venue}${others > 0 ? ` +${others}` : ""}`,
  said: (venue) => `${venue} says: the child is with me`,
  closed: {
    cancelled: (venue, by) => `${by} cancelled the alert; "child is with me" of ${venue} is over`,
    the_child: (venue, by) => `${by} confirmed: the child at ${venue} is the missing one`,
    not_the_child: (venue, by) => `${by} corrected: the child at ${venue} is not the missing one`,
  },
  escalationStopped: (n) => `The child is found: escalation of ${n} radio${n === 1 ? "" : "s"} stopped`,
};
