import type { LoadKind } from '#libs/contract/run.js';
import type { DriverEvents, Drivers, OpenShard, RunDefinition, Shard, TargetFacts } from './driver.js';

/** A driver that knows its run: what is the same for every kind. */
export interface BoundDriver {
  prepare(events: DriverEvents, signal: AbortSignal): Promise<TargetFacts>;
  open(shard: Shard, events: DriverEvents, signal: AbortSignal): Promise<OpenShard>;
}

/** The driver of a run's kind, with its specification and target. */
export const bindDriver = <K extends LoadKind>(
  drivers: Drivers,
  run: RunDefinition<K> & { id: string },
): BoundDriver => ({
  prepare: (events, signal) => drivers[run.kind].prepare(run.spec, run.target, events, signal, run.id),
  open: (shard, events, signal) => drivers[run.kind].open(run.spec, run.target, shard, events, signal, run.id),
});
