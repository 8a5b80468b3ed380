import type { z } from 'zod';
import type { IntervalSnapshot } from '#libs/contract/interval.js';
import { Target } from '#libs/contract/target.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import { stressDriver } from '#libs/workloads/stress/stress.driver.js';
import { planStress } from '#libs/workloads/stress/stress.plan.js';
import { StoredStressSpec } from '#libs/workloads/stress/stress.schema.js';
import { systemClock } from '#libs/load/clock.js';
import type { Effort, EngineName, Measurement } from './measurement.js';

const INTERVAL_MS = 1_000;
/** After the warm-up of the lane itself, the first interval is left out: the compiler still works then. */
const SKIPPED_INTERVALS = 1;

/** How a run differs from the default write. */
export type Shape = Partial<Pick<z.input<typeof StoredStressSpec>, 'operation' | 'columns' | 'lanes' | 'warmup'>>;

/** The product's run of the default row, or of another shape. */
const writeSpec = (keyspace: string, engine: EngineName, { inFlight, durationMs }: Effort, shape: Shape) =>
  StoredStressSpec.parse({
    command: '',
    operation: 'write',
    stop: { type: 'duration', durationMs: durationMs + SKIPPED_INTERVALS * INTERVAL_MS },
    rate: { model: 'closed', threads: inFlight },
    schema: { keyspace },
    log: { intervalMs: INTERVAL_MS },
    engine,
    ...shape,
  });

const eventsInto = (intervals: IntervalSnapshot[]): DriverEvents => ({
  log: (level, message) => (level === 'info' ? undefined : process.stderr.write(`${message}\n`)),
  interval: (snapshot) => void intervals.push(snapshot),
  mismatch: () => undefined,
  started: () => undefined,
});

/** Creates the keyspace and the table of the run, as a write run does first. */
export async function createTable(contactPoint: string, keyspace: string, shape: Shape = {}): Promise<void> {
  const spec = writeSpec(keyspace, 'wire', { inFlight: 1, durationMs: INTERVAL_MS }, shape);
  const target = Target.parse({ contactPoints: [contactPoint] });
  await stressDriver.prepare(spec, target, eventsInto([]), new AbortController().signal, 'bench');
}

/**
 * That run carried out, with all that the product does: row generation, schedule, histograms, a lane
 * thread. CPU time is what the run's self-watch saw of this process. Throws when an operation failed.
 */
export async function measureWorkload(
  contactPoint: string,
  keyspace: string,
  engine: EngineName,
  effort: Effort,
  shape: Shape = {},
): Promise<Measurement> {
  const spec = writeSpec(keyspace, engine, effort, shape);
  const target = Target.parse({ contactPoints: [contactPoint] });
  const intervals: IntervalSnapshot[] = [];
  const events = eventsInto(intervals);
  const { signal } = new AbortController();
  const [shard] = planStress(spec, { executors: 1 });
  if (shard === undefined) throw new Error('the plan has no shard');
  const open = await stressDriver.open(spec, target, shard, events, signal, 'bench');
  try {
    const { failure } = await open.run(systemClock.epochMs() + 50, signal);
    if (failure) throw new Error(failure.message);
  } finally {
    await open.close();
  }
  const measured = { operations: 0, cpuUs: 0, elapsedMs: 0 };
  for (const { operations, self, lengthMs } of intervals.filter(({ interval }) => interval >= SKIPPED_INTERVALS)) {
    for (const { completed } of Object.values(operations)) measured.operations += completed;
    measured.cpuUs += self.cpuUs;
    measured.elapsedMs += lengthMs;
  }
  return measured;
}
