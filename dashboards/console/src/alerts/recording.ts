// Records what is spoken for an alert: the browser's own recorder, with the level of what it hears.

/** The hub takes no longer ones. */
export const LONGEST_S = 30;
/** Below this peak of full scale nobody spoke: the microphone is muted or the wrong one. */
const SILENT_PEAK = 0.01;
/** 85 ms at 48 kHz: a page that looks every 80 ms misses nothing. */
const LOOK_SAMPLES = 4096;
/** What browsers write, the best first. */
const KINDS: readonly string[] = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];

export interface Recorded {
  sound: Blob;
  /** Nothing was loud enough to be a voice. */
  isSilent: boolean;
}

/** One recording under way: `level` is 0 to 1 now, `ended` gives what was recorded, or null where it was thrown away. */
export interface Recording {
  level: () => number;
  stop: () => void;
  discard: () => void;
  ended: Promise<Recorded | null>;
}

/** Begin to record; raises where there is no microphone or no leave to use it. It ends by itself after LONGEST_S. */
export async function beginRecording(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
  let context: AudioContext | null = null;
  const letGo = (): void => {
    for (const track of stream.getTracks()) track.stop();
    void context?.close();
  };
  try {
    context = new AudioContext();
    return record(stream, context, letGo);
  } catch (failure) {
    letGo();
    throw failure;
  }
}

function record(stream: MediaStream, context: AudioContext, letGo: () => void): Recording {
  const hearing = context.createAnalyser();
  hearing.fftSize = LOOK_SAMPLES;
  context.createMediaStreamSource(stream).connect(hearing);
  const samples = new Float32Array(hearing.fftSize);
  let peak = 0;
  const level = (): number => {
    hearing.getFloatTimeDomainData(samples);
    const now = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    peak = Math.max(peak, now);
    return Math.min(1, now);
  };
  const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: 32_000, ...(kind === undefined ? {} : { mimeType: kind }) });
  const pieces: Blob[] = [];
  let isKept = true;
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const ended = new Promise<Recorded | null>((resolve) => {
    recorder.onstop = () => {
      clearTimeout(longest);
      letGo();
      // The hub reads the kind alone; what follows it in the browser's name of it is the browser's own.
      const type = (recorder.mimeType || "audio/webm").split(";")[0] ?? "";
      resolve(isKept ? { sound: new Blob(pieces, { type }), isSilent: peak < SILENT_PEAK } : null);
    };
  });
  const stop = (): void => {
    if (recorder.state !== "inactive") recorder.stop();
  };
  recorder.start();
  const longest = setTimeout(stop, LONGEST_S * 1000 - 200);
  return {
    level,
    stop,
    discard: () => {
      isKept = false;
      stop();
    },
    ended,
  };
}
