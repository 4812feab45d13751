// Pure: how loud some samples are, as a meter shows it.

/** From 0 to 1: decibels from -60 (nothing) to -6 (loud) of full scale fill the meter. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const rms = Math.sqrt(sum / samples.length);
  return Math.min(1, Math.max(0, (20 * Math.log10(rms + 1e-6) + 60) / 54));
}
