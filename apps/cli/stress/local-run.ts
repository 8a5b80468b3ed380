import { randomUUID } from 'node:crypto';
import type { Clock } from '#libs/load/clock.js';
import type { Driver, DriverEvents, Shard, ShardResult, TargetFacts } from '#libs/workloads/driver.js';

/** A little in the future, so that every lane starts at the same instant. */
const START_DELAY_MS = 50;

/** The run was stopped while it was being prepared: not a failure, and nothing was measured. */
export class StoppedEarly extends Error {
  constructor() {
    super('stopped before the load began: nothing was measured');
  }
}

/** What a local run tells, in this order; intervals and log lines come in between. */
export interface LocalEvents extends DriverEvents {
  prepared(facts: TargetFacts): void;
  /** Connected and warm: the load is about to start. */
  opened(): void;
}

/**
 * Carries out a whole run in this process, which is then its only executor. `signal` stops it within a second; what was
 * measured has been told by then. Throws CodedError when it could not begin, StoppedEarly when it was stopped before that.
 */
export async function runLocally<Spec, Where>(
  driver: Driver<Spec, Where>,
  { spec, target, shard }: { spec: Spec; target: Where; shard: Shard },
  events: LocalEvents,
  { clock, signal }: { clock: Pick<Clock, 'epochMs'>; signal: AbortSignal },
): Promise<ShardResult> {
  const runId = `local-${randomUUID()}`;
  const prepareAndOpen = async () => {
    events.prepared(await driver.prepare(spec, target, events, signal, runId));
    return driver.open(spec, target, shard, events, signal, runId);
  };
  const open = await prepareAndOpen().catch((error: unknown) => {
    // Whatever broke after a stop broke because of it: lanes are ended where they stand.
    throw signal.aborted ? new StoppedEarly() : error;
  });
  try {
    events.opened();
    return await open.run(clock.epochMs() + START_DELAY_MS, signal);
  } finally {
    await open.close();
  }
}
