import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ComparedCandidate, MetricComparison } from '#libs/contract/comparison.js';
import { seededRandom } from '#libs/load/random.js';
import { TOTAL, type CountsType } from '../operation-counts.js';
import { adjustedP } from './adjusted-p.js';
import { blockWeights, percentileInterval } from './block-bootstrap.js';
import { effectSize, mannWhitney, type RankTest } from './mann-whitney.js';
import { type Figure, FIGURES, Resampled } from './resampled.js';
import type { Sample } from './run-samples.js';

const RESAMPLES = 500;
const CONFIDENCE = 0.95;
const LEVEL = 0.05;
/** With fewer samples neither a resample nor a rank says anything: five against five can just reach p = 0.008. */
const FEWEST_SAMPLES = 5;
const SEED = 1;

type Change = MetricComparison['change'];
type Untested = Omit<MetricComparison, 'test' | 'change' | 'note'> & { rank: RankTest | null; figure: Figure };

interface Side {
  whole: readonly (number | null)[];
  bySample: readonly (readonly (number | null)[])[];
  /** By resample, then by FIGURES. */
  resampled: readonly (readonly (number | null)[])[];
}

function sideOf(samples: readonly Sample[], name: string, clock: CountsType, uniform: () => number): Side {
  const run = new Resampled(samples, name, clock);
  const enough = run.samples >= FEWEST_SAMPLES;
  return {
    whole: run.figures(new Float64Array(run.samples).fill(1)),
    bySample: run.bySample(),
    resampled: enough ? Array.from({ length: RESAMPLES }, () => run.figures(blockWeights(run.samples, uniform))) : [],
  };
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

/** Differences of the resamples, for those of both sides that have the figure. */
function differences(baseline: Side, candidate: Side, at: number): number[] {
  return baseline.resampled.flatMap((one, index) => {
    const [before, after] = [one[at] ?? null, candidate.resampled[index]?.[at] ?? null];
    return before === null || after === null ? [] : [after - before];
  });
}

function untested(
  operation: string,
  clock: 'responseTime' | 'serviceTime',
  [baseline, candidate]: readonly [Side, Side],
): Untested[] {
  return FIGURES.flatMap((figure, at): Untested[] => {
    const [before, after] = [baseline.whole[at] ?? null, candidate.whole[at] ?? null];
    if (before === null && after === null) return [];
    const isRatio = figure.name.endsWith('Ratio');
    // What never happened in either needs no line.
    if (isRatio && before === 0 && after === 0) return [];
    const difference = before === null || after === null ? null : after - before;
    const [first, second] = [known(baseline.bySample[at] ?? []), known(candidate.bySample[at] ?? [])];
    const rank = first.length >= FEWEST_SAMPLES && second.length >= FEWEST_SAMPLES ? mannWhitney(first, second) : null;
    const spread = difference === null ? [] : differences(baseline, candidate, at);
    return [
      {
        figure,
        rank,
        operation,
        metric: figure.name,
        clock: figure.name.endsWith('Ms') ? clock : null,
        better: figure.better,
        baseline: before,
        candidate: after,
        difference,
        differencePercent: difference === null || before === null || before === 0 ? null : (100 * difference) / before,
        confidenceInterval:
          spread.length < RESAMPLES / 2 ? null : { level: CONFIDENCE, ...percentileInterval(spread, CONFIDENCE) },
        effect: rank === null ? null : { delta: rank.delta, size: effectSize(rank.delta) },
        samples: { baseline: first.length, candidate: second.length },
      },
    ];
  });
}

/** A change is one that the interval and the ranks agree on, and that is larger than what is tolerated. */
function judged(metric: Untested, pAdjusted: number | null, tolerancePercent: number): [Change, string | null] {
  const { difference, differencePercent, confidenceInterval: interval, effect, figure } = metric;
  if (difference === null) return ['unknown', 'only one of the runs has enough samples for it'];
  if (interval === null) return ['unknown', `too few samples: at least ${FEWEST_SAMPLES} of each run are needed`];
  const isApart = interval.from > 0 || interval.to < 0;
  if (!isApart || effect?.size === 'negligible' || (pAdjusted !== null && pAdjusted >= LEVEL)) return ['none', null];
  const sizePercent = figure.name.endsWith('Ratio')
    ? 100 * difference
    : (differencePercent ?? Number.POSITIVE_INFINITY);
  if (Math.abs(sizePercent) < tolerancePercent)
    return ['none', `a difference that is no chance, but below ${tolerancePercent} %`];
  return [difference > 0 === (figure.better === 'higher') ? 'better' : 'worse', null];
}

const hasResponse = (samples: readonly Sample[], operation: string): boolean =>
  samples.some(({ operations }) => operations.get(operation)?.latency('rt') !== undefined);

const namesOf = (samples: readonly Sample[]): string[] => [
  ...new Set(samples.flatMap(({ operations }) => [...operations.keys()])),
];

/**
 * Holds a run's samples against a baseline's: figures of the whole runs from merged histograms, the interval of their
 * difference from a block bootstrap that merges the histograms of each resample, and ranks of the samples' own figures.
 * The same samples have the same answer. Operations that one run lacks are left out.
 */
export async function compareSamples(
  baseline: readonly Sample[],
  candidate: readonly Sample[],
  tolerancePercent: number,
): Promise<MetricComparison[]> {
  const theirs = new Set(namesOf(candidate));
  const common = namesOf(baseline).filter((name) => theirs.has(name));
  const names = common.length === 2 ? common.filter((name) => name !== TOTAL) : common;
  const all: Untested[] = [];
  for (const operation of names) {
    const responds = hasResponse(baseline, operation) && hasResponse(candidate, operation);
    const clock = responds ? 'rt' : 'st';
    const uniform = seededRandom(SEED);
    // Resampling takes some hundred milliseconds of an operation: others in this process go on in between.
    await nextTurn();
    const before = sideOf(baseline, operation, clock, uniform);
    await nextTurn();
    const after = sideOf(candidate, operation, clock, uniform);
    all.push(...untested(operation, responds ? 'responseTime' : 'serviceTime', [before, after]));
  }
  const adjusted = adjustedP(all.flatMap(({ rank }) => (rank === null ? [] : [rank.pValue])));
  let next = 0;
  return all.map((metric) => {
    const { rank, figure: _figure, ...told } = metric;
    const pAdjusted = rank === null ? null : (adjusted[next++] ?? 1);
    const [change, note] = judged(metric, pAdjusted, tolerancePercent);
    const test =
      rank === null || pAdjusted === null
        ? null
        : {
            name: rank.isExact ? ('Mann-Whitney U, exact' as const) : ('Mann-Whitney U, normal approximation' as const),
            u: rank.u,
            pValue: rank.pValue,
            pAdjusted,
          };
    return { ...told, test, change, note };
  });
}

/** What all metrics together say. */
export function outcomeOf(metrics: readonly MetricComparison[]): ComparedCandidate['outcome'] {
  const changes = new Set(metrics.map(({ change }) => change));
  if (changes.has('better')) return changes.has('worse') ? 'mixed' : 'better';
  if (changes.has('worse')) return 'worse';
  return changes.has('none') ? 'same' : 'unknown';
}
