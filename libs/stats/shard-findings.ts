import type { Finding, TargetShardFigures } from '#libs/contract/summary.js';
import { figure, percent } from './audit-reason.js';

/** When a shard is worth a word. Shares are 0 to 1. */
export const SHARD_LIMITS = {
  /** Requests below which a shard is not judged. */
  fewestOperations: 200,
  /** A median so many times, and so much, above the other shards' is slow; */
  medianTimes: 2,
  medianAboveMs: 0.25,
  /** so is a 99th percentile, which scatters more. */
  tailTimes: 3,
  tailAboveMs: 1,
  /** Share of requests that failed: at least so many, and so many times the other shards' share. */
  failedShare: 0.01,
  failedTimes: 3,
  /** Requests, over the mean of the node's shards. */
  busyTimes: 1.5,
  /** Shards of one kind that are named one by one. */
  named: 5,
} as const;

interface Judged {
  code: Finding['code'];
  one: TargetShardFigures;
  why: string;
  /** The larger, the worse. */
  weight: number;
}

const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

const medianOf = (all: readonly TargetShardFigures[], figureName: 'p50Ms' | 'p99Ms'): number | undefined => {
  const values = all.map((one) => one[figureName]).filter((value) => value !== null);
  return values.length === 0 ? undefined : median(values);
};

type Rule = (one: TargetShardFigures, others: readonly TargetShardFigures[]) => Omit<Judged, 'one'> | undefined;

const slow: Rule = (one, others) => {
  const usual = { p50: medianOf(others, 'p50Ms'), p99: medianOf(others, 'p99Ms') };
  const above = (value: number | null, normal: number | undefined, times: number, more: number): boolean =>
    value !== null && normal !== undefined && value >= normal * times && value >= normal + more;
  const { medianTimes, medianAboveMs, tailTimes, tailAboveMs } = SHARD_LIMITS;
  const isSlow =
    above(one.p50Ms, usual.p50, medianTimes, medianAboveMs) || above(one.p99Ms, usual.p99, tailTimes, tailAboveMs);
  if (!isSlow || one.p50Ms === null || usual.p50 === undefined) return undefined;
  const tail =
    one.p99Ms !== null && usual.p99 !== undefined ? `, p99 ${ms(one.p99Ms)} (the other shards: ${ms(usual.p99)})` : '';
  const why = `is slow: p50 ${ms(one.p50Ms)} (the other shards: ${ms(usual.p50)})${tail}`;
  return { code: 'SHARD_SLOW', why, weight: one.p99Ms ?? one.p50Ms };
};

const failing: Rule = (one, others) => {
  const operations = others.reduce((sum, other) => sum + other.operations, 0);
  const usual = operations === 0 ? 0 : others.reduce((sum, other) => sum + other.errors, 0) / operations;
  const share = one.errors / one.operations;
  if (share < SHARD_LIMITS.failedShare || share < usual * SHARD_LIMITS.failedTimes) return undefined;
  const why = `fails: ${percent(share)} of its requests (the other shards: ${percent(usual)})`;
  return { code: 'SHARD_FAILING', why, weight: share };
};

const busy: Rule = (one, others) => {
  const own = [one, ...others.filter(({ node }) => node === one.node)];
  if (own.length < 2) return undefined;
  const total = own.reduce((sum, { operations }) => sum + operations, 0);
  const times = (one.operations * own.length) / total;
  if (times < SHARD_LIMITS.busyTimes) return undefined;
  const why = `is busy: ${percent(one.operations / total)} of its node's requests, ${figure(times)} times an even share; look for a hot partition`;
  return { code: 'SHARD_BUSY', why, weight: times };
};

const RULES: readonly Rule[] = [slow, failing, busy];

/** Says which shards of the target differ from the others, and in what. What every shard does is no finding. */
export function shardFindings(figures: readonly TargetShardFigures[]): Finding[] {
  const judged = figures.filter(({ operations }) => operations >= SHARD_LIMITS.fewestOperations);
  return RULES.flatMap((rule) => {
    const found = judged.flatMap((one) => {
      const others = judged.filter((other) => other !== one);
      const why = others.length === 0 ? undefined : rule(one, others);
      return why === undefined ? [] : [{ ...why, one }];
    });
    return worded(found);
  });
}

/** The worst by name; of the rest how many there are. */
function worded(found: readonly Judged[]): Finding[] {
  const worst = [...found].sort((a, b) => b.weight - a.weight);
  const findings = worst.slice(0, SHARD_LIMITS.named).map(({ code, one: { node, shard, operations }, why }) => ({
    code,
    subject: `${node} shard ${shard}`,
    message: `shard ${shard} of ${node} ${why}; ${operations.toLocaleString('en-US')} requests`,
  }));
  const [first] = worst;
  const more = worst.length - findings.length;
  if (first === undefined || more <= 0) return findings;
  const nodes = new Set(worst.slice(SHARD_LIMITS.named).map(({ one }) => one.node));
  const message = `the same is true of ${more} more shards, of ${[...nodes].join(', ')}`;
  return [...findings, { code: first.code, subject: `${more} more shards`, message }];
}
