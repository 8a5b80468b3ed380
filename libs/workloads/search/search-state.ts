import type { StoredRun } from '#libs/store/port.js';
import { plannedRatePerSecond } from '../planned-rate.js';
import type { ChildRuns } from '../parent/child-runs.js';
import { confidenceOf, edgeOf, talliesOf, type Vote } from './edge.js';
import { explain } from './explanation.js';
import { nextProbe, type Next } from './limit-plan.js';
import { probeOutcome } from './probe-outcome.js';
import type { Probed, SearchReport, SearchSpec, StoppedBy } from './search.schema.js';
import { nextOfSweep } from './sweep-plan.js';

export type SearchRun = Extract<StoredRun, { kind: 'search' }>;

export interface SearchState {
  /** The probe to start now. */
  start: { probe: string; ratePerSecond: number } | undefined;
  isOver: boolean;
  report: SearchReport;
}

const voteOf = ({ ratePerSecond, outcome, limitedBy }: Probed): Vote[] =>
  outcome === 'met' || outcome === 'missed' ? [{ ratePerSecond, met: outcome === 'met', limitedBy }] : [];

/** How many probes at the end were invalid, all at one rate. */
function invalidInARow(probes: readonly Probed[]): number {
  const rate = probes.at(-1)?.ratePerSecond;
  const broken = probes.findLastIndex(({ outcome, ratePerSecond }) => outcome !== 'invalid' || ratePerSecond !== rate);
  return probes.length - 1 - broken;
}

/** What a search does after these probes, all of which have ended; pure. */
export function nextOf({ plan, maxInvalid }: SearchSpec, probes: readonly Probed[]): Next {
  if (probes.at(-1)?.outcome === 'failed') return { stop: 'failed' };
  if (plan.type === 'sweep') return nextOfSweep(plan, probes, maxInvalid);
  const last = probes.at(-1);
  if (last?.outcome !== 'invalid') return nextProbe(plan, probes.flatMap(voteOf));
  if (invalidInARow(probes) >= maxInvalid) return { stop: 'invalid' };
  return probes.length >= plan.maxProbes ? { stop: 'probes' } : { probe: last.ratePerSecond };
}

/** Where a search stands, from what is stored of it and of its probes; pure. */
export function searchState(run: SearchRun, children: ChildRuns, nowMs: number): SearchState {
  const { spec } = run;
  const probes = probesOf(children, nowMs);
  const isRunning = probes.some(({ outcome }) => outcome === 'running');
  const cancelled = run.cancelRequested !== null;
  const next: Next = isRunning || cancelled ? { stop: 'none' } : nextOf(spec, probes);
  const isDue = nowMs - (probes.at(-1)?.endedAtMs ?? -Infinity) >= spec.pauseMs;
  return {
    start: 'probe' in next && isDue ? { probe: `probe-${probes.length + 1}`, ratePerSecond: next.probe } : undefined,
    isOver: 'stop' in next && !isRunning,
    report: reportOf(spec, probes, 'stop' in next ? next.stop : 'none'),
  };
}

function probesOf({ byStep, reused }: ChildRuns, nowMs: number): Probed[] {
  const probes: Probed[] = [];
  for (let number = 1; ; number++) {
    const probe = `probe-${number}`;
    const run = byStep.get(probe);
    if (!run) return probes;
    const total = run.summary?.operations['total'];
    const latency = total?.responseTime ?? total?.serviceTime;
    probes.push({
      probe,
      runId: run.id,
      reused: reused.has(probe),
      ratePerSecond: plannedRatePerSecond(run) ?? 0,
      ...probeOutcome(run, nowMs),
      achievedPerSecond: total?.ratePerSecond ?? null,
      meanMs: latency?.meanMs ?? null,
      p50Ms: latency?.p50Ms ?? null,
      p95Ms: latency?.p95Ms ?? null,
      p99Ms: latency?.p99Ms ?? null,
      p999Ms: latency?.p999Ms ?? null,
      maxMs: latency?.maxMs ?? null,
      failed: total?.failed ?? null,
      dropped: total?.dropped ?? null,
      startedAtMs: run.startAtMs,
      endedAtMs: run.endedAtMs,
    });
  }
}

function reportOf(spec: SearchSpec, probes: Probed[], stoppedBy: StoppedBy): SearchReport {
  const tallies = talliesOf(probes.flatMap(voteOf));
  const { low, high } = edgeOf(tallies);
  const { plan } = spec;
  const figures = {
    highestPerSecond: low?.ratePerSecond ?? null,
    lowestMissedPerSecond: high?.ratePerSecond ?? null,
    confidence: plan.type === 'limit' ? confidenceOf(tallies, plan) : null,
  };
  return {
    kind: 'search',
    type: plan.type,
    ...figures,
    stoppedBy,
    explanation: explain(stoppedBy, figures, probes),
    probes,
  };
}
