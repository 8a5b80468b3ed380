import type { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { FILE_SUFFIX } from './compressor.js';

type Named = Pick<GenerateSpec, 'threads' | 'compression'>;

/** `worker01_data_0001.csv`: the name of file `index` (0, 1 …), the same whoever writes it. */
export function fileName(index: number, { threads, compression }: Named): string {
  const worker = String((index % threads) + 1).padStart(2, '0');
  const number = String(index + 1).padStart(4, '0');
  return `worker${worker}_data_${number}.csv${FILE_SUFFIX[compression.type]}`;
}

/** What `fileName` makes, for any specification. */
export const FILE_NAME = /^worker\d{2,}_data_\d{4,}\.csv(\.gz|\.zst)?$/;
