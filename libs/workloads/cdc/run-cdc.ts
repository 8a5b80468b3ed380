import { ChangeRing } from '#libs/cdc/change-ring.js';
import type { LiveKeys } from '#libs/cdc/live-keys.js';
import { CHANGE_NAMES } from '#libs/cdc/row-shape.js';
import { sampler } from '#libs/cdc/sample.js';
import { OUTCOMES } from '#libs/contract/outcome.js';
import type { WireSession } from '#libs/cql/session.js';
import { systemClock } from '#libs/load/clock.js';
import { Loop } from '#libs/load/loop.js';
import { rampedSchedule } from '#libs/load/ramp-schedule.js';
import { constantSchedule, poissonSchedule, type Schedule } from '#libs/load/schedule.js';
import type { DriverEvents, ShardResult } from '#libs/workloads/driver.js';
import { runFromCommonStart } from '#libs/workloads/lane/common-start.js';
import { LaneRecorder } from '#libs/workloads/lane/lane-recorder.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import type { FailureNotes } from '#libs/workloads/stress/failure-notes.js';
import { laneRandom } from '#libs/workloads/stress/stress.source.js';
import { ChangeSource } from './change-source.js';
import type { ChangeTarget } from './change-target.js';
import { ChangeTeller } from './change-teller.js';

const NS_PER_MS = 1e6;
const SHOWN_FAILURES = 10;
/** Which of a lane's random sequences arrivals and operations are drawn from. */
const ARRIVALS = 4;
const OPERATIONS = 2;
/** The verifier empties the rings every few milliseconds. */
const RING_PAUSE_MS = 5;

export interface CdcLane {
  input: LaneInput<'cdc'>;
  events: DriverEvents;
  target: ChangeTarget;
  live: LiveKeys;
  notes: FailureNotes;
  session: WireSession;
}

function scheduleOf({ spec, share }: LaneInput<'cdc'>): Schedule {
  const { ratePerSecond, arrival, rampMs } = spec;
  const even =
    arrival === 'poisson'
      ? poissonSchedule(ratePerSecond, share.stride, laneRandom(spec, share, ARRIVALS))
      : constantSchedule(ratePerSecond, share.first, share.stride);
  return rampedSchedule(even, rampMs * NS_PER_MS);
}

/** Writes a lane's share of the changes, from the common start to the end. */
export async function runCdc(lane: CdcLane, startAtMs: number, signal: AbortSignal): Promise<ShardResult> {
  const { input, events, target, live, notes, session } = lane;
  const { spec, share } = input;
  let told = 0;
  const recorder: LaneRecorder = new LaneRecorder({
    operations: CHANGE_NAMES,
    withSchedule: true,
    startAtMs,
    originNs: systemClock.atEpochMs(startAtMs),
    emit: (snapshot) => events.interval(snapshot),
    totals: () => session.totals(),
    shards: { take: () => session.takeShards(), isOver: () => loop.isOver, intervalMs: spec.log.intervalMs },
    extremes: () => loop.takeExtremes(),
  });
  const teller = new ChangeTeller(
    recorder,
    target,
    new ChangeRing(input.target.ring),
    sampler(spec.seed, spec.verification.sampleShare),
    (ns) => systemClock.toEpochMs(ns),
  );
  const loop: Loop = new Loop({
    clock: systemClock,
    target,
    source: new ChangeSource(spec.weights, live, laneRandom(spec, share, OPERATIONS)),
    recorder: teller,
    slots: share.threads,
    schedule: scheduleOf(input),
    dropOverdue: false,
    durationNs: spec.durationMs * NS_PER_MS,
    intervalNs: spec.log.intervalMs * NS_PER_MS,
    retries: 0,
    retryable: new Uint8Array(OUTCOMES.length),
    failed(slot, outcome) {
      const text = notes.failed(slot, outcome);
      told++;
      if (told <= SHOWN_FAILURES) events.log('warn', `a write failed: ${text}`);
      else if (told === SHOWN_FAILURES + 1) events.log('warn', 'more writes failed; the metrics have their number');
      return false;
    },
  });
  target.report(loop, () => loop.pump());
  await runFromCommonStart({ loop, clock: systemClock, startAtMs, signal, events });
  teller.abandon(systemClock.nowNs());
  while (teller.tellForgotten() > 0 && !signal.aborted) await systemClock.sleep(RING_PAUSE_MS, signal);
  recorder.close();
  if (loop.abandoned > 0)
    events.log(
      'warn',
      `${loop.abandoned} writes had no answer when the run ended: either state of their rows is right`,
    );
  return { completed: loop.completed, mismatches: 0, stopped: signal.aborted };
}
