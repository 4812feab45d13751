// The page's one audio clock, at 48 kHz, and the short tones that say what must not be missed.

let context: AudioContext | undefined;

/** The audio context; browsers keep it silent until a person has touched the page. */
export function audio(): AudioContext {
  context ??= new AudioContext({ sampleRate: 48_000, latencyHint: "interactive" });
  return context;
}

/** Let sound out from the first key or click on the page on; calls back when it may. */
export function unlockSound(onReady: () => void): void {
  const tryAgain = (): void => {
    void audio()
      .resume()
      .then(() => {
        if (audio().state !== "running") return;
        removeEventListener("pointerdown", tryAgain, true);
        removeEventListener("keydown", tryAgain, true);
        onReady();
      });
  };
  addEventListener("pointerdown", tryAgain, true);
  addEventListener("keydown", tryAgain, true);
  if (audio().state === "running") tryAgain();
}

interface Note {
  hz: number;
  atS: number;
  lengthS: number;
}

const TONES = {
  granted: [{ hz: 1040, atS: 0, lengthS: 0.07 }],
  queued: [{ hz: 520, atS: 0, lengthS: 0.07 }],
  warned: [
    { hz: 1040, atS: 0, lengthS: 0.06 },
    { hz: 1040, atS: 0.12, lengthS: 0.06 },
  ],
  denied: [
    { hz: 330, atS: 0, lengthS: 0.12 },
    { hz: 250, atS: 0.14, lengthS: 0.18 },
  ],
  ring: [
    { hz: 1480, atS: 0, lengthS: 0.09 },
    { hz: 1175, atS: 0.1, lengthS: 0.09 },
    { hz: 1480, atS: 0.2, lengthS: 0.09 },
    { hz: 1175, atS: 0.3, lengthS: 0.14 },
  ],
  hit: [
    { hz: 780, atS: 0, lengthS: 0.1 },
    { hz: 1170, atS: 0.12, lengthS: 0.16 },
  ],
  found: [
    { hz: 660, atS: 0, lengthS: 0.15 },
    { hz: 880, atS: 0.17, lengthS: 0.15 },
    { hz: 1320, atS: 0.34, lengthS: 0.4 },
  ],
  unanswered: [
    { hz: 587, atS: 0, lengthS: 0.3 },
    { hz: 587, atS: 0.4, lengthS: 0.3 },
    { hz: 784, atS: 0.8, lengthS: 0.3 },
  ],
  help: [
    { hz: 990, atS: 0, lengthS: 0.2 },
    { hz: 660, atS: 0.22, lengthS: 0.2 },
    { hz: 990, atS: 0.44, lengthS: 0.2 },
    { hz: 660, atS: 0.66, lengthS: 0.2 },
  ],
} satisfies Record<string, Note[]>;

export function playTone(name: keyof typeof TONES): void {
  const output = audio();
  if (output.state !== "running") return;
  for (const note of TONES[name]) {
    const start = output.currentTime + note.atS;
    const volume = new GainNode(output, { gain: 0 });
    volume.gain.linearRampToValueAtTime(0.16, start + 0.008);
    volume.gain.setValueAtTime(0.16, start + note.lengthS - 0.02);
    volume.gain.linearRampToValueAtTime(0, start + note.lengthS);
    const tone = new OscillatorNode(output, { frequency: note.hz });
    tone.connect(volume).connect(output.destination);
    tone.start(start);
    tone.stop(start + note.lengthS);
  }
}
