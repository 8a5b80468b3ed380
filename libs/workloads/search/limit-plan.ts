import { edgeOf, type Tally, talliesOf, type Vote } from './edge.js';
import type { LimitedBy, SearchSpec, StoppedBy } from './search.schema.js';

export type LimitPlan = Extract<SearchSpec['plan'], { type: 'limit' }>;

/** What a search does next. */
export type Next = { probe: number } | { stop: StoppedBy };

/** Digits of a rate that was halved; more say nothing. */
const DIGITS = 6;

const votesOn = ({ met, missed }: Tally): number => met + missed;

/** Enough votes, and a majority. */
const isDecided = (tally: Tally, repeats: number): boolean => votesOn(tally) >= repeats && tally.met !== tally.missed;

/**
 * The next rate of a search for the limit, or why it ends. The rate doubles until it is missed; then the gap between met and
 * missed is halved until it is narrow enough; then both of its ends are probed until `repeats` votes with a majority stand
 * for each. A vote that turns out wrong moves the edge, and the search goes on from there. Pure: the same votes give the
 * same answer, so a search can be taken up by anybody.
 */
export function nextProbe(plan: LimitPlan, votes: readonly Vote[]): Next {
  const { fromPerSecond, toPerSecond, precision, repeats, maxProbes } = plan;
  const { low, high } = edgeOf(talliesOf(votes));
  const next = ((): Next => {
    if (low === undefined && high === undefined) return { probe: fromPerSecond };
    if (high === undefined)
      return low === undefined || low.ratePerSecond < toPerSecond
        ? { probe: Math.min(2 * (low?.ratePerSecond ?? fromPerSecond), toPerSecond) }
        : again([low], repeats, 'upper-bound');
    if (low === undefined) return again([high], repeats, 'lower-bound');
    const isNarrow = (high.ratePerSecond - low.ratePerSecond) / high.ratePerSecond <= precision;
    if (!isNarrow) return { probe: Number(((low.ratePerSecond + high.ratePerSecond) / 2).toPrecision(DIGITS)) };
    return again([low, high], repeats, causeAt(high.ratePerSecond, votes));
  })();
  return 'probe' in next && votes.length >= maxProbes ? { stop: 'probes' } : next;
}

/** The rate with the fewest votes once more, or the end when all are decided. */
function again(tallies: readonly Tally[], repeats: number, stop: StoppedBy): Next {
  const open = tallies.filter((tally) => !isDecided(tally, repeats)).toSorted((a, b) => votesOn(a) - votesOn(b));
  return open[0] ? { probe: open[0].ratePerSecond } : { stop };
}

/** What most of the probes that missed at this rate were limited by. */
function causeAt(ratePerSecond: number, votes: readonly Vote[]): LimitedBy {
  const counts = new Map<LimitedBy, number>();
  for (const vote of votes)
    if (vote.ratePerSecond === ratePerSecond && vote.limitedBy !== null)
      counts.set(vote.limitedBy, (counts.get(vote.limitedBy) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? 'thresholds';
}
