import { parentPort, workerData } from 'node:worker_threads';
import { Target } from '#libs/contract/target.js';
import { systemClock } from '#libs/load/clock.js';
import { RowGenerator } from '#libs/stress/row-generator.js';
import { columnNames } from '#libs/stress/statements.js';
import { sessionOptions } from '#libs/workloads/stress/session-options.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { FramesInput } from './frames.js';
import { driveFrames } from './frames-driver.js';
import { wireFrames } from './frames-wire.js';
import { type EngineName, type Measurement, processCpuUs } from './measurement.js';

/** The thread of one measurement of prebuilt frames: warms up, measures, reports, and is then ended from outside. */
const WARM_UP_MS = 1_500;
const { engine, contactPoint, keyspace, inFlight, durationMs }: FramesInput = workerData;

const spec = StressPlanSpec.parse({
  operation: 'write',
  stop: { type: 'operations', count: 1 },
  rate: { model: 'closed', threads: inFlight },
  schema: { keyspace },
});
const target = Target.parse({ contactPoints: [contactPoint] });
const names = columnNames(spec.columns);
const row = new RowGenerator({ keySizeBytes: spec.keySizeBytes, columnNames: names, columnSize: spec.columns.size });
row.setSeed(1);

const loops: Record<EngineName, typeof wireFrames> = { wire: wireFrames, driver: driveFrames };
const loop = await loops[engine]({
  session: (handler) => sessionOptions(target, spec, handler, () => undefined),
  cql: `UPDATE "${keyspace}"."standard1" SET ${names.map((name) => `"${name}" = ?`).join(', ')} WHERE key = ?`,
  values: [...names.map((_, column) => row.expected(column)), Buffer.from(row.key)],
  consistency: spec.consistencyLevel,
  inFlight,
});
await systemClock.sleep(WARM_UP_MS);
const before = { done: loop.done(), cpuUs: processCpuUs(), atNs: systemClock.nowNs() };
await systemClock.sleep(durationMs);
const measurement: Measurement = {
  operations: loop.done() - before.done,
  cpuUs: processCpuUs() - before.cpuUs,
  elapsedMs: (systemClock.nowNs() - before.atNs) / 1e6,
};
parentPort?.postMessage(measurement);
