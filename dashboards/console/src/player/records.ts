// Pure: records of coded pictures out of bytes, as docs/footage.md writes them: a head of 24 bytes and a body.

export type Coding = "h264" | "h265" | "mjpeg" | "other";
export type StreamName = "main" | "sub";

/** What a decoder must know; comes before the first picture and again when it changes. */
export interface Form {
  kind: "form";
  camera_id: string;
  stream: StreamName;
  coding: Coding;
  /** In the words of RFC 6381, `avc1.64001f`; empty where it has none. */
  codec: string;
  width_px: number;
  height_px: number;
  frames_per_s: number | null;
}

/** One coded picture in decoding order. */
export interface Picture {
  kind: "picture";
  /** When it was taken, UTC since 1970 by the hub's clock, microseconds. */
  wallUs: number;
  mediaUs: number;
  key: boolean;
  /** Something is missing between it and the picture before. */
  broken: boolean;
  /** Annex B; a JPEG of `mjpeg`. */
  data: Uint8Array<ArrayBuffer>;
}

/** Why there is nothing, or no more; `code` "end" is the ordinary end. */
export interface Word {
  kind: "word";
  code: string;
  message: string;
  message_en: string;
}

export type Footage = Form | Picture | Word;

/** These bytes are no record; nothing after them can be read. */
export class RecordError extends Error {}

export const HEAD_BYTES = 24;
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const FORM = 1;
const PICTURE = 2;
const WORD = 3;
const IS_KEY = 1;
const IS_BROKEN = 2;
const text = new TextDecoder();

function bodyBytes(bytes: Uint8Array<ArrayBuffer>, at: number): number {
  const size = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(4);
  if (size > MAX_BODY_BYTES) throw new RecordError(`a record of ${size} bytes; at most ${MAX_BODY_BYTES}`);
  return size;
}

/** The record that `bytes` is from its first to its last byte; a picture's data is a part of them, not a copy. Raises RecordError. */
export function readRecord(bytes: Uint8Array<ArrayBuffer>): Footage {
  if (bytes.byteLength < HEAD_BYTES || bodyBytes(bytes, 0) !== bytes.byteLength - HEAD_BYTES) {
    throw new RecordError(`${bytes.byteLength} bytes are not one record`);
  }
  const head = new DataView(bytes.buffer, bytes.byteOffset);
  const body = bytes.subarray(HEAD_BYTES);
  const flags = head.getUint8(1);
  switch (head.getUint8(0)) {
    case FORM:
      return { kind: "form", ...(fields(body) as Omit<Form, "kind">) };
    case PICTURE:
      return {
        kind: "picture",
        wallUs: Number(head.getBigInt64(8)),
        mediaUs: Number(head.getBigInt64(16)),
        key: (flags & IS_KEY) !== 0,
        broken: (flags & IS_BROKEN) !== 0,
        data: body,
      };
    case WORD:
      return { kind: "word", ...(fields(body) as Omit<Word, "kind">) };
    default:
      throw new RecordError(`a record of the unknown kind ${head.getUint8(0)}`);
  }
}

function fields(body: Uint8Array): unknown {
  try {
    return JSON.parse(text.decode(body));
  } catch {
    throw new RecordError("a record's JSON cannot be read");
  }
}

/** Records out of bytes that come in pieces of any size. */
export class RecordReader {
  private waiting = new Uint8Array(0);

  /** The records that `piece` completes. Raises RecordError; nothing can be read after that. */
  feed(piece: Uint8Array<ArrayBuffer>): Footage[] {
    let bytes = piece;
    if (this.waiting.byteLength > 0) {
      bytes = new Uint8Array(this.waiting.byteLength + piece.byteLength);
      bytes.set(this.waiting);
      bytes.set(piece, this.waiting.byteLength);
    }
    const found: Footage[] = [];
    let at = 0;
    while (bytes.byteLength - at >= HEAD_BYTES) {
      const end = at + HEAD_BYTES + bodyBytes(bytes, at);
      if (bytes.byteLength < end) break;
      found.push(readRecord(bytes.subarray(at, end)));
      at = end;
    }
    this.waiting = bytes.slice(at);
    return found;
  }
}
