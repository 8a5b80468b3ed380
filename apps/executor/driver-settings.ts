import { resolve } from 'node:path';
import { datasetSources } from '#libs/dataset/listed-source.js';
import { systemClock } from '#libs/load/clock.js';
import type { Store } from '#libs/store/port.js';
import type { DriverSettings } from '#libs/workloads/drivers.js';
import type { ExecutorConfig } from './config.js';
import type { Output } from './output.js';
import { retry } from './retry.js';
import { type AttachParts, attachScaler } from '#libs/scaler/lead/attach-scaler.js';

/** How long the database may be away while a run asks for a dataset, or registers one. */
const STORE_MS = 60_000;

/** Where the drivers of this executor find and leave their files. */
export function driverSettings(
  config: Pick<ExecutorConfig, 'dataDir' | 's3Credentials'> & AttachParts['config'],
  { datasets, scalers }: Pick<Store, 'datasets' | 'scalers'>,
  output: Output,
  scaling: Pick<AttachParts, 'clock' | 'offsetMs' | 'watch'>,
): DriverSettings {
  const { id, dataDir, s3Credentials } = config;
  const dataRoot = resolve(dataDir);
  const ask = <T>(question: () => Promise<T>): Promise<T> =>
    retry(question, {
      clock: systemClock,
      withinMs: STORE_MS,
      failed: (cause) =>
        output({
          atMs: systemClock.epochMs(),
          level: 'warn',
          executor: id,
          message: `the database did not answer (${cause}); asked again`,
        }),
    });
  const requireFolder = (folder: string, runId: string) => ask(() => datasets.requireFolder(folder, runId));
  const book = { listed: (dataset: string) => ask(() => datasets.listed(dataset)), requireFolder };
  return {
    dataRoot,
    sourceOf: datasetSources(dataRoot, book, s3Credentials),
    requireFolder,
    attachScaler: attachScaler({
      config,
      store: scalers,
      patiently: (question, withinMs, signal) =>
        retry(question, { clock: scaling.clock, withinMs, signal, failed: () => undefined }),
      ...scaling,
    }),
    keepGenerated: (made, runId) => ask(() => datasets.keepGenerated(made, runId)),
  };
}
