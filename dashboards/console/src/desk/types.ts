// The casebook as docs/api.md writes it.
import type { Item } from "../room/items";
import type { Role } from "../session/types";

export interface Timeline {
  items: Item[];
  alerts: { alert_id: string; radios: number; acknowledged: number; reported: number }[];
  next: number | null;
}

export interface CaseOwner {
  person_id: string;
  name: string;
  role: Role;
}

export interface Summary {
  case_id: string;
  title: string;
  words: string;
  words_en: string;
}

export interface Note {
  case_id: string;
  text: string;
  pictures: string[];
  by: string;
  name: string;
}
