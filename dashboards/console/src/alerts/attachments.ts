// The picture and the spoken message of the alert being written, and the pictures of an order and of a case's note: handed
// to the hub as soon as they are chosen or recorded.
import { create } from "zustand";

import { ask, HubError, part } from "../room/ask";
import type { AlertMedia, Media } from "../room/types";
import { smallEnough } from "./picture";
import type { Recorded, Recording } from "./recording";

export type Attachment = "picture" | "speech" | "orderPicture" | "notePicture";

/** One that is being handed over, is there, or was refused. */
export interface Attached {
  /** Where the page shows or plays it from. */
  url: string;
  mediaId: string | null;
  failure: unknown;
  /** Settles when the hub has answered, one way or the other. */
  settled: Promise<void>;
}

interface Attachments extends Record<Attachment, Attached | null> {
  /** The spoken message that is being recorded. */
  recording: Recording | null;
}

const NOTHING: Attachments = { picture: null, speech: null, orderPicture: null, notePicture: null, recording: null };

export const useAttached = create<Attachments>(() => NOTHING);

export const mediaUrl = (mediaId: string): string => `/api/media/${part(mediaId)}`;

/** Keep for the alert being written what an earlier one had. */
export function attachAgain(what: Attachment, media: AlertMedia | null): void {
  detach(what);
  if (!media) return;
  const { media_id } = media;
  useAttached.setState({ [what]: { url: mediaUrl(media_id), mediaId: media_id, failure: null, settled: Promise.resolve() } });
}

/** Take it away; a spoken message also while it is being recorded. */
export function detach(what: Attachment): void {
  const { recording, [what]: attached } = useAttached.getState();
  if (attached?.url.startsWith("blob:") === true) URL.revokeObjectURL(attached.url);
  useAttached.setState({ [what]: null });
  if (what !== "speech" || recording === null) return;
  useAttached.setState({ recording: null });
  recording.discard();
}

/** Take this file, in the place of the one before, and hand it to the hub. */
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

/** Have this as the spoken message once it has ended, in the place of the one before. Gives what was recorded; null where it was thrown away. */
export function attachRecording(recording: Recording): Promise<Recorded | null> {
  detach("speech");
  useAttached.setState({ recording });
  return recorded(recording);
}

async function recorded(recording: Recording): Promise<Recorded | null> {
  const spoken = await recording.ended;
  // Whoever waits for it too may have come first, or it was thrown away.
  if (useAttached.getState().recording !== recording) return spoken;
  useAttached.setState({ recording: null });
  if (spoken?.isSilent === false) attach("speech", spoken.sound);
  return spoken;
}

/** The media of the alert that goes out, once the hub has them; a recording under way ends here. Raises why one cannot go with it. */
export async function attachedMedia(): Promise<Partial<Record<"picture" | "speech", string>>> {
  const { recording } = useAttached.getState();
  recording?.stop();
  if (recording !== null && (await recorded(recording))?.isSilent === true) throw silent();
  const [picture, speech] = await Promise.all([handedOver("picture"), handedOver("speech")]);
  return { ...(picture === null ? {} : { picture }), ...(speech === null ? {} : { speech }) };
}

/** What is attached, once the hub has it; null without. Raises why the hub did not take it. */
export async function handedOver(what: Attachment): Promise<string | null> {
  await useAttached.getState()[what]?.settled;
  const attached = useAttached.getState()[what];
  if (attached !== null && attached.failure !== null) throw attached.failure;
  return attached?.mediaId ?? null;
}

async function send(what: Attachment, file: Blob): Promise<Media> {
  const ready = what === "speech" ? file : await smallEnough(file).catch(unreadable);
  return ask<Media>("POST", "/api/media", ready);
}

function unreadable(): never {
  throw new HubError("not_a_picture", "这个文件不是能读的图片。", "This file is not a picture that can be read.", null);
}

const silent = (): HubError =>
  new HubError("silent", "录音里没有声音，警报没有发出。再次发送则不带录音。", "The recording holds no sound: not sent. Send again without it.", null);
