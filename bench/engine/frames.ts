import { Worker } from 'node:worker_threads';
import type { Effort, EngineName, Measurement } from './measurement.js';

/** What the thread of one measurement is started with. */
export interface FramesInput extends Effort {
  engine: EngineName;
  contactPoint: string;
  keyspace: string;
}

/**
 * The default write with the same values again and again, through the bare client code. A thread of its own for each
 * measurement: neither engine inherits the other's heap or compiled code. Throws when an operation failed.
 */
export function measureFrames(
  contactPoint: string,
  keyspace: string,
  engine: EngineName,
  effort: Effort,
): Promise<Measurement> {
  const workerData: FramesInput = { engine, contactPoint, keyspace, ...effort };
  const worker = new Worker(new URL('./frames-thread.js', import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    let measured: Measurement | undefined;
    worker.once('message', (measurement: Measurement) => {
      measured = measurement;
      void worker.terminate();
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      if (measured) resolve(measured);
      else reject(new Error(`the measuring thread ended with exit code ${code}`));
    });
  });
}
