import type { Probed, SearchReport, StoppedBy } from './search.schema.js';

type Figures = Pick<SearchReport, 'highestPerSecond' | 'lowestMissedPerSecond'>;

const rate = (perSecond: number | null): string =>
  perSecond === null ? 'no rate' : `${Math.round(perSecond).toLocaleString('en-US')} per second`;

const between = ({ highestPerSecond, lowestMissedPerSecond }: Figures): string =>
  `${rate(highestPerSecond)} was met, ${rate(lowestMissedPerSecond)} was not`;

const EXPLAIN: { [S in StoppedBy]: (figures: Figures, last: Probed | undefined) => string } = {
  thresholds: (figures) => `${between(figures)}: there the thresholds end it, though the rate was reached.`,
  target: (figures) => `${between(figures)}: there the target did not do what was asked, and the generator had room.`,
  generator: (figures) =>
    `${between(figures)}: there the generator was at its ceiling, so the target may do more: add lanes or executors.`,
  'lower-bound': ({ lowestMissedPerSecond }) =>
    `Even the lowest rate, ${rate(lowestMissedPerSecond)}, was not met: begin lower, or look at the thresholds.`,
  'upper-bound': ({ highestPerSecond }) =>
    `The highest rate of the search, ${rate(highestPerSecond)}, was met: the limit lies above it.`,
  probes: (figures) => `The number of probes was used up: ${between(figures)}; allow more, or ask for less precision.`,
  invalid: (_figures, last) =>
    `Probes at ${rate(last?.ratePerSecond ?? null)} stayed invalid: ${last?.reason ?? 'no reason is known'}`,
  failed: (_figures, last) =>
    `${last?.probe ?? 'A probe'} was not carried out: ${last?.reason ?? 'no reason is known'}`,
  all: () => 'Every rate was probed.',
  none: (figures) => `The search was not carried out to its end; so far ${between(figures)}.`,
};

/** Why a search ended, in a sentence. */
export const explain = (stoppedBy: StoppedBy, figures: Figures, probes: readonly Probed[]): string =>
  EXPLAIN[stoppedBy](figures, probes.at(-1));
