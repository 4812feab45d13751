// The hub's call about who is near.
import { ask } from "../room/ask";

export interface NearVenue {
  venue_id: string;
  walk_m: number;
  walk_s: number;
  is_open: boolean;
}

export const nearestHub = {
  nearest: (latitude: number, longitude: number, limit: number) =>
    ask<NearVenue[]>("GET", `/api/nearest?${new URLSearchParams({ latitude: `${latitude}`, longitude: `${longitude}`, limit: `${limit}` })}`),
};
