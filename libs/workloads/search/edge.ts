import type { LimitedBy } from './search.schema.js';

/** One probe that can be believed. */
export interface Vote {
  ratePerSecond: number;
  met: boolean;
  /** Of a missed one. */
  limitedBy: LimitedBy | null;
}

/** The votes on one rate. */
export interface Tally {
  ratePerSecond: number;
  met: number;
  missed: number;
}

/** Votes by rate, ascending. */
export function talliesOf(votes: readonly Vote[]): Tally[] {
  const byRate = new Map<number, Tally>();
  for (const { ratePerSecond, met } of votes) {
    const tally = byRate.get(ratePerSecond) ?? { ratePerSecond, met: 0, missed: 0 };
    byRate.set(ratePerSecond, { ...tally, met: tally.met + Number(met), missed: tally.missed + Number(!met) });
  }
  return [...byRate.values()].toSorted((a, b) => a.ratePerSecond - b.ratePerSecond);
}

/** Votes that disagree with a limit above `below` of the rates: misses under it, and rates that were met over it. */
const disagreement = (tallies: readonly Tally[], below: number): number =>
  tallies.reduce((sum, { met, missed }, index) => sum + (index < below ? missed : met), 0);

/**
 * Between which rates the limit most likely is, given that a rate under it is met and one over it is missed, and that some
 * votes are wrong: where the fewest votes disagree; of equal places the lowest. Undefined where no rate is on that side.
 */
export function edgeOf(tallies: readonly Tally[]): { low: Tally | undefined; high: Tally | undefined } {
  let best = 0;
  for (let below = 1; below <= tallies.length; below++)
    if (disagreement(tallies, below) < disagreement(tallies, best)) best = below;
  return { low: tallies[best - 1], high: tallies[best] };
}

export interface Interval {
  level: number;
  fromPerSecond: number;
  toPerSecond: number;
}

const LEVEL = 0.95;

/**
 * Where the limit is with a probability of 95 %: every gap between two probed rates is weighed by its width (logarithmic)
 * and by how well the votes agree with a limit in it, each vote being wrong with the share of wrong votes that was seen
 * (rule of succession with half a vote). Below and above the probed rates the gap is a factor of two, within `bounds`.
 */
export function confidenceOf(
  tallies: readonly Tally[],
  bounds: { fromPerSecond: number; toPerSecond: number },
): Interval | null {
  const [first, last] = [tallies[0], tallies.at(-1)];
  if (first === undefined || last === undefined) return null;
  const rates = tallies.map(({ ratePerSecond }) => ratePerSecond);
  const edges = [
    Math.min(bounds.fromPerSecond, first.ratePerSecond) / 2,
    ...rates,
    Math.max(last.ratePerSecond * 1.000_001, Math.min(bounds.toPerSecond, last.ratePerSecond * 2)),
  ];
  const counts = tallies.map((_, below) => below).concat(tallies.length);
  const wrong = counts.map((below) => disagreement(tallies, below));
  const all = tallies.reduce((sum, { met, missed }) => sum + met + missed, 0);
  const error = Math.min(0.45, (Math.min(...wrong) + 0.5) / (all + 1));
  const weights = counts.map((below) => {
    const width = Math.log((edges[below + 1] ?? 1) / (edges[below] ?? 1));
    const disagreeing = wrong[below] ?? 0;
    return width * error ** disagreeing * (1 - error) ** (all - disagreeing);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const quantile = (share: number): number => {
    let left = share * sum;
    for (const [index, weight] of weights.entries()) {
      const [from = 1, to = 1] = [edges[index], edges[index + 1]];
      if (left <= weight && weight > 0) return from * (to / from) ** (left / weight);
      left -= weight;
    }
    return edges.at(-1) ?? last.ratePerSecond;
  };
  return { level: LEVEL, fromPerSecond: quantile((1 - LEVEL) / 2), toPerSecond: quantile((1 + LEVEL) / 2) };
}
