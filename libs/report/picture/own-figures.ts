import type { SelfWatch } from '#libs/contract/interval.js';

type InTime = 'last' | 'least' | 'most' | 'sum';

/**
 * What the lanes of some kinds say of themselves beside what all do: panels know these names. Those of
 * executors add up; what becomes of intervals that are merged in time stands here.
 */
export const OWN_FIGURES = {
  limit: 'last',
  lowestLimit: 'least',
  decreases: 'sum',
  backoffs: 'sum',
  poolKeys: 'last',
  unseen: 'most',
  timed: 'sum',
  superseded: 'sum',
  unknown: 'sum',
  unverified: 'sum',
  lost: 'sum',
  sinkErrors: 'sum',
} as const satisfies Record<string, InTime>;
export type OwnFigure = keyof typeof OWN_FIGURES;
export type OwnFigures = Partial<Record<OwnFigure, number>>;

const NAMES = Object.keys(OWN_FIGURES).filter((name): name is OwnFigure => name in OWN_FIGURES);

/** Of one executor in one interval; empty for kinds that have none. */
function ownFigures({ pacing, replication }: SelfWatch): OwnFigures {
  return {
    ...(pacing && {
      limit: pacing.limit,
      lowestLimit: pacing.lowest,
      decreases: pacing.decreases,
      backoffs: pacing.backoffs,
      poolKeys: pacing.poolKeys,
    }),
    ...(replication && {
      ...replication.verified,
      unseen: replication.queueDepth,
      sinkErrors: Object.values(replication.sinkErrors).reduce((sum, count) => sum + count, 0),
    }),
  };
}

const IN_TIME: { [R in InTime]: (before: number, after: number) => number } = {
  last: (_before, after) => after,
  least: Math.min,
  most: Math.max,
  sum: (before, after) => before + after,
};

function joined(
  one: OwnFigures,
  other: OwnFigures,
  join: (name: OwnFigure, before: number, after: number) => number,
): OwnFigures {
  const all: OwnFigures = {};
  for (const name of NAMES) {
    const [before, after] = [one[name], other[name]];
    if (before !== undefined || after !== undefined)
      all[name] = before === undefined || after === undefined ? (before ?? after ?? 0) : join(name, before, after);
  }
  return all;
}

/** The same interval of all executors. */
export const ownOfExecutors = (all: readonly SelfWatch[]): OwnFigures =>
  all.map(ownFigures).reduce<OwnFigures>((sum, one) => joined(sum, one, (_name, a, b) => a + b), {});

/** Two stretches that follow each other. */
export const ownInTime = (before: OwnFigures, after: OwnFigures): OwnFigures =>
  joined(before, after, (name, a, b) => IN_TIME[OWN_FIGURES[name]](a, b));
