import { Misread } from './go-flags.js';
import type { RowSize } from '#libs/workloads/stress/scylla-bench.schema.js';

/** A row's size: `4`, `fixed:4`, `fixed(4)`, `uniform:10..20` or `uniform(10..20)`. */
export function readRowSize(text: string | undefined): RowSize | Misread {
  const found = text ?? 'nothing';
  if (/^\d+$/.test(found)) {
    return Number(found) > 0
      ? { type: 'fixed', bytes: Number(found) }
      : new Misread(`expected at least 1, found ${found}`);
  }
  const match = /^(fixed|uniform)(?::([^()]*)|\((.*)\))$/.exec(found);
  const [first, second] = (match?.[2] ?? match?.[3] ?? '').split('..');
  const isNumber = (part: string | undefined): part is string => /^\d+$/.test(part ?? '');
  if (match?.[1] === 'fixed' && isNumber(first) && second === undefined) return { type: 'fixed', bytes: Number(first) };
  if (match?.[1] === 'uniform' && isNumber(first) && isNumber(second))
    return { type: 'uniform', min: Number(first), max: Number(second) };
  return new Misread(`expected bytes, fixed:N or uniform:MIN..MAX, found ${found}`);
}

/** The delays between retries: `1s` (always that) or `80ms,1s` (doubling from the first to the second); bare numbers are seconds. */
export function readRetryInterval(text: string | undefined): { minDelayMs: number; maxDelayMs: number } | Misread {
  const found = text ?? 'nothing';
  const delaysMs = found
    .replaceAll(' ', '')
    .split(',')
    .map((part) => /^(\d+)(ms|s)?$/.exec(part))
    .map((match) => (match ? Number(match[1]) * (match[2] === 'ms' ? 1 : 1_000) : Number.NaN));
  const [minDelayMs = Number.NaN, maxDelayMs = minDelayMs, ...more] = delaysMs;
  if (Number.isNaN(minDelayMs + maxDelayMs) || more.length > 0)
    return new Misread(`expected one or two delays such as 80ms,1s, found ${found}`);
  return { minDelayMs, maxDelayMs };
}
