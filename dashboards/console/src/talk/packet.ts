// The voice packet, byte for byte as devices/protocol/voice.py lays it out: a fixed header, then 1 to 6 Opus frames.

export const VERSION = 1;
export const FRAME_MS = 20;
export const MEDIA_CLOCK_HZ = 48_000;
export const MEDIA_TICKS_PER_FRAME = (MEDIA_CLOCK_HZ * FRAME_MS) / 1000;
export const MAX_FRAMES = 6;
/** The largest Opus frame (RFC 6716, section 3.2.1). */
export const MAX_FRAME_BYTES = 1275;
/** Voice older than this is dropped, never played late. */
export const STALE_AFTER_MS = 400;
export const HEADER_BYTES = 52;
const LAST = 0x0001;

export interface VoicePacket {
  callId: number;
  burstId: number;
  sequence: number;
  /** Of the first frame, in 1/48000 s, modulo 2^32. */
  mediaTime: number;
  bootId: number;
  monotonicUs: number;
  wallUs: number;
  last: boolean;
  frames: readonly Uint8Array[];
}

/** Bytes that are not a voice packet; says why. */
export class VoicePacketError extends Error {}

/** The packet's bytes. Throws VoicePacketError for a frame count or size outside the format. */
export function encodePacket(packet: VoicePacket): Uint8Array<ArrayBuffer> {
  const { frames } = packet;
  if (frames.length < 1 || frames.length > MAX_FRAMES) {
    throw new VoicePacketError(`${frames.length} frames; a packet carries 1 to ${MAX_FRAMES}`);
  }
  if (frames.some((frame) => frame.length < 1 || frame.length > MAX_FRAME_BYTES)) {
    throw new VoicePacketError(`an Opus frame has 1 to ${MAX_FRAME_BYTES} bytes`);
  }
  const framesAt = HEADER_BYTES + 2 * frames.length;
  const bytes = new Uint8Array(framesAt + frames.reduce((sum, frame) => sum + frame.length, 0));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, frames.length);
  view.setUint16(2, packet.last ? LAST : 0);
  view.setBigUint64(4, BigInt(packet.callId));
  view.setBigUint64(12, BigInt(packet.burstId));
  view.setUint32(20, packet.sequence);
  view.setUint32(24, packet.mediaTime);
  view.setBigUint64(28, BigInt(packet.bootId));
  view.setBigUint64(36, BigInt(packet.monotonicUs));
  view.setBigUint64(44, BigInt(packet.wallUs));
  let start = framesAt;
  frames.forEach((frame, index) => {
    view.setUint16(HEADER_BYTES + 2 * index, frame.length);
    bytes.set(frame, start);
    start += frame.length;
  });
  return bytes;
}

/** The packet in `bytes`. Throws VoicePacketError saying what is wrong. */
export function decodePacket(bytes: ArrayBuffer): VoicePacket {
  if (bytes.byteLength < HEADER_BYTES) {
    throw new VoicePacketError(`${bytes.byteLength} bytes; the header alone has ${HEADER_BYTES}`);
  }
  const view = new DataView(bytes);
  const version = view.getUint8(0);
  if (version !== VERSION) throw new VoicePacketError(`version ${version}; this program speaks version ${VERSION}`);
  const count = view.getUint8(1);
  if (count < 1 || count > MAX_FRAMES) throw new VoicePacketError(`${count} frames; a packet carries 1 to ${MAX_FRAMES}`);
  let start = HEADER_BYTES + 2 * count;
  if (start > bytes.byteLength) throw new VoicePacketError(`${bytes.byteLength} bytes cannot hold ${count} frame lengths`);
  const frames: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) {
    const length = view.getUint16(HEADER_BYTES + 2 * index);
    if (length < 1 || length > MAX_FRAME_BYTES || start + length > bytes.byteLength) {
      throw new VoicePacketError(`frame ${index} claims ${length} bytes`);
    }
    frames.push(new Uint8Array(bytes, start, length));
    start += length;
  }
  if (start !== bytes.byteLength) {
    throw new VoicePacketError(`${bytes.byteLength} bytes where the frame lengths add up to ${start}`);
  }
  return {
    callId: Number(view.getBigUint64(4)),
    burstId: Number(view.getBigUint64(12)),
    sequence: view.getUint32(20),
    mediaTime: view.getUint32(24),
    bootId: Number(view.getBigUint64(28)),
    monotonicUs: Number(view.getBigUint64(36)),
    wallUs: Number(view.getBigUint64(44)),
    last: (view.getUint16(2) & LAST) !== 0,
    frames,
  };
}
