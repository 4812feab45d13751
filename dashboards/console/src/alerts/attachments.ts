// The picture and the spoken message of the alert being written: handed to the hub as soon as they are chosen.
import { create } from "zustand";

import { ask, HubError, part } from "../room/ask";
import type { AlertMedia, Media } from "../room/types";
import { smallEnough } from "./picture";

export type Attachment = "picture" | "speech";

/** One that is being handed over, is there, or was refused. */
export interface Attached {
  /** Where the page shows or plays it from. */
  url: string;
  mediaId: string | null;
  failure: unknown;
  /** Settles when the hub has answered, one way or the other. */
  settled: Promise<void>;
}

const NOTHING: Record<Attachment, Attached | null> = { picture: null, speech: null };

export const useAttached = create<Record<Attachment, Attached | null>>(() => NOTHING);

export const mediaUrl = (mediaId: string): string => `/api/media/${part(mediaId)}`;

/** Keep for the alert being written what an earlier one had. */
export function attachAgain(what: Attachment, media: AlertMedia | null): void {
  detach(what);
  if (!media) return;
  const { media_id } = media;
  useAttached.setState({ [what]: { url: mediaUrl(media_id), mediaId: media_id, failure: null, settled: Promise.resolve() } });
}

export function detach(what: Attachment): void {
  const url = useAttached.getState()[what]?.url;
  if (url?.startsWith("blob:") === true) URL.revokeObjectURL(url);
  useAttached.setState({ [what]: null });
}

/** Take this file for the alert being written, in the place of the one before, and hand it to the hub. */
export function attach(what: Attachment, file: Blob): void {
  detach(what);
  const url = URL.createObjectURL(file);
  const put = (known: Pick<Attached, "mediaId" | "failure">): void => {
    const attached = useAttached.getState()[what];
    // Another may have been chosen meanwhile.
    if (attached?.url === url) useAttached.setState({ [what]: { ...attached, ...known } });
  };
  const settled = send(what, file).then(
    (media) => put({ mediaId: media.media_id, failure: null }),
    (failure: unknown) => put({ mediaId: null, failure }),
  );
  useAttached.setState({ [what]: { url, mediaId: null, failure: null, settled } });
}

/** The media of the alert that goes out, once the hub has them. Raises why it did not take one. */
export async function attachedMedia(): Promise<Partial<Record<Attachment, string>>> {
  const { picture, speech } = useAttached.getState();
  await Promise.all([picture?.settled, speech?.settled]);
  const taken = useAttached.getState();
  const refused = taken.picture?.failure ?? taken.speech?.failure ?? null;
  if (refused !== null) throw refused;
  return {
    ...(taken.picture?.mediaId ? { picture: taken.picture.mediaId } : {}),
    ...(taken.speech?.mediaId ? { speech: taken.speech.mediaId } : {}),
  };
}

async function send(what: Attachment, file: Blob): Promise<Media> {
  const ready = what === "picture" ? await smallEnough(file).catch(unreadable) : file;
  return ask<Media>("POST", "/api/media", ready);
}

function unreadable(): never {
  throw new HubError("not_a_picture", "这个文件不是能读的图片。", "This file is not a picture that can be read.", null);
}
