import type { Validity } from '#libs/contract/status.js';
import type { OperationSummary } from '#libs/contract/summary.js';
import { consistencyRules } from './audit-consistency.js';
import { generatorRules } from './audit-generator.js';
import { planRules } from './audit-plan.js';
import type { Evidence } from './evidence.js';

/** What the run was to do, as far as the audit needs it. */
export interface Expectation {
  shards: number;
  /** Load threads of one executor; 1 when absent. */
  lanesPerShard?: number | undefined;
  /** Operations in flight at most, over all executors. */
  threads: number;
  /** Asked arrival rate; null in a closed loop, throttled or not. */
  ratePerSecond: number | null;
  /** True in a closed loop whose threads are always busy: no rate and no throttle. */
  freeRunning?: boolean | undefined;
  /** True when the work is the generator's own, as in making files: then its being busy is no flaw. */
  measuresItself?: boolean | undefined;
  /** Operations to do; null for runs that end by time. */
  operations: number | null;
  /** Planned length; null or absent for runs that end by count. */
  durationMs?: number | null | undefined;
  maxStartSkewMs: number;
  /** False when the run was cancelled, failed or interrupted: what was measured is partial. */
  carriedOut: boolean;
  /** Indexes of the shards whose executor was lost, or was stopped by the end of a run that was not carried out. */
  lostShards?: readonly number[] | undefined;
  /** What each shard says that it completed, by shard index; null when it never said so. */
  completedByShard?: readonly (number | null)[] | undefined;
}

export interface AuditInput {
  evidence: Evidence;
  /** By operation, and `total`. */
  operations: Readonly<Record<string, OperationSummary>>;
  durationMs: number;
  startSkewMs: number | null;
  coverage: number;
  expectation: Expectation;
}

export type Reason = Validity['reasons'][number];
/** Looks at one thing; undefined when there is nothing to say. */
export type Rule = (input: AuditInput) => Reason | undefined;

const RULES: readonly Rule[] = [...consistencyRules, ...planRules, ...generatorRules];

/** Applies every rule; the worst reason is the level. The limits are in audit-limits.ts. */
export function auditRun(input: AuditInput): Validity {
  const reasons = RULES.map((rule) => rule(input)).filter((found) => found !== undefined);
  const level = reasons.some((found) => found.level === 'invalid')
    ? 'invalid'
    : reasons.length > 0
      ? 'degraded'
      : 'valid';
  return { level, reasons };
}
