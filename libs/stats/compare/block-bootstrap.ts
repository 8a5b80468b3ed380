/** Blocks of neighbours keep what hangs together in time together; this length balances bias and variance (Kuensch, 1989). */
export const blockLength = (samples: number): number => Math.max(1, Math.round(samples ** (1 / 3)));

/**
 * How often each of `samples` successive samples is taken in one resample, by the circular block bootstrap of Politis and
 * Romano (1992): blocks begin anywhere and go on at the start after the end, so that every sample is as likely as any other. `uniform`: numbers from 0 to
 * just below 1.
 */
export function blockWeights(samples: number, uniform: () => number): Float64Array {
  const weights = new Float64Array(samples);
  const length = blockLength(samples);
  for (let taken = 0; taken < samples;) {
    const first = Math.floor(uniform() * samples);
    for (let step = 0; step < length && taken < samples; step++, taken++) {
      const index = (first + step) % samples;
      weights[index] = (weights[index] ?? 0) + 1;
    }
  }
  return weights;
}

/** The middle `confidence` of the values: the percentile interval (Efron, 1981). */
export function percentileInterval(values: readonly number[], confidence: number): { from: number; to: number } {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.floor(share * sorted.length)))] ?? NaN;
  const beyond = (1 - confidence) / 2;
  return { from: at(beyond), to: at(1 - beyond - 1e-12) };
}
