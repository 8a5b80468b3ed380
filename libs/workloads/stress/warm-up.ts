import { systemClock } from '#libs/load/clock.js';
import { Loop, type LoopRecorder } from '#libs/load/loop.js';
import type { LaneInput } from '#libs/workloads/lane/message.js';
import { populationOf } from '#libs/stress/population.js';
import { scheduleOf } from './schedule.js';
import { shareOf, StressSource } from './stress.source.js';
import { onlyOperation } from '#libs/stress/operations.js';
import type { Engine } from './engine.js';

/** The original's rule: a quarter of the operations, at most 50,000 for each listed node, at most 100 threads. */
const PER_NODE = 50_000;
const SHARE = 4;
const THREADS = 100;
const NS_PER_MS = 1e6;
/** A target that fails while warming up will say so in the run; there is no use in waiting for more. */
const FAILURES = 1_000;

/** Operations that the whole run does of each type before it is measured. */
export const warmUpOperations = ({ spec, target }: Pick<LaneInput<'stress'>, 'spec' | 'target'>): number => {
  if (!spec.warmup) return 0;
  const most = PER_NODE * target.contactPoints.length;
  return spec.stop.type === 'operations' ? Math.min(most, Math.floor(spec.stop.count / SHARE)) : most;
};

const UNRECORDED: LoopRecorder = {
  scheduled: () => undefined,
  dropped: () => undefined,
  record: () => undefined,
  cut: () => undefined,
};

/**
 * Runs each operation type alone, unrecorded; failures count for nothing. As fast as it goes; one that is bounded by time
 * keeps the rate of its run, so that no queue is left at the target when measuring begins.
 */
export async function warmUp(
  { spec, target: { contactPoints }, share }: LaneInput<'stress'>,
  target: Engine['target'],
  operations: readonly number[],
): Promise<void> {
  const count = warmUpOperations({ spec, target: { contactPoints, port: 0, shared: false } });
  if (shareOf(count, share) === 0) return;
  const clock = systemClock;
  const durationNs = spec.warmupMs === undefined ? undefined : (spec.warmupMs * NS_PER_MS) / operations.length;
  const paced = durationNs !== undefined && spec.rate.model === 'open' ? scheduleOf(spec, share) : undefined;
  for (const operation of operations) {
    const one = {
      ...onlyOperation(spec, operation),
      stop: { type: 'operations' as const, count },
    };
    let failures = 0;
    const source = new StressSource(one, populationOf(spec), share);
    const loop = new Loop({
      clock,
      target,
      source,
      recorder: UNRECORDED,
      slots: paced ? share.threads : Math.min(THREADS, share.threads),
      dropOverdue: false,
      intervalNs: 1e9,
      ...(durationNs !== undefined && { durationNs }),
      ...(paced && { schedule: paced }),
      retries: 0,
      retryable: new Uint8Array(64),
      failed: () => ++failures > FAILURES,
    });
    target.report(loop, () => loop.pump(), source);
    await loop.run(clock.nowNs());
  }
}
