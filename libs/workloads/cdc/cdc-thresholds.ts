import type { Threshold } from '#libs/contract/threshold.js';
import type { CdcSpec } from './cdc.schema.js';

/** Share of the asked rate that has to be reached: what the audit of every open loop asks for. */
const RATE_SHARE = 0.99;
const P95_MS = 2_000;
const P99_MS = 5_000;
const ERROR_SHARE = 0.001;
const VERIFIED_SHARE = 0.99;

/** The original's limits as a run's thresholds; from the acknowledgement, as the original counted. */
export function cdcThresholds(
  { ratePerSecond, verification: { sampleShare } }: Pick<CdcSpec, 'ratePerSecond' | 'verification'>,
  limits: { p95Ms?: number | undefined; p99Ms?: number | undefined } = {},
): Threshold[] {
  const report = (name: string, operator: Threshold['operator'], value: number): Threshold => ({
    metric: `report.${name}`,
    operation: 'total',
    operator,
    value,
  });
  const written = [report('eventsPerSecond', '>=', ratePerSecond * RATE_SHARE), report('errorShare', '<', ERROR_SHARE)];
  if (sampleShare === 0) return written;
  return [
    ...written,
    report('fromAck.p95Ms', '<=', limits.p95Ms ?? P95_MS),
    report('fromAck.p99Ms', '<=', limits.p99Ms ?? P99_MS),
    report('verifiedShare', '>', VERIFIED_SHARE),
    report('outcomes.lost', '<=', 0),
    report('wrongRowCount', '<=', 0),
  ];
}
