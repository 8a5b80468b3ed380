import { readFileSync } from 'node:fs';
import { basename, normalize } from 'node:path';
import { CodedError, type Issue } from '#libs/contract/problem.js';
import { issuesOf } from '#libs/contract/issues.js';
import { DatasetName, GenerateSpec } from '#libs/workloads/generate/generate.schema.js';

/** What the command takes, as commander gives it. */
export interface GenerateOptions {
  outputDir: string;
  numFiles: number;
  rowsPerFile: number;
  threads: number;
  minSize?: number;
  maxSize?: number;
  sizes?: string;
  incrementalUuid: boolean;
  seed: number;
  columns?: string;
  compressible: number;
  compression: 'none' | 'gzip' | 'zstd';
  header: boolean;
  overwrite: boolean;
  durable: boolean;
  minFree?: number;
}

/** The ends of the production-like distribution, where only one of the two is given. */
const DEFAULT_MIN_BYTES = 3_789;
const DEFAULT_MAX_BYTES = 154_624;

/** How a field of the specification is called on the command line. */
const FLAGS: Readonly<Record<string, string>> = {
  dataset: '--output-dir',
  files: '--num-files',
  rowsPerFile: '--rows-per-file',
  threads: '--threads',
  'sizes.minBytes': '--min-size',
  'sizes.maxBytes': '--max-size',
  sizes: '--sizes',
  seed: '--seed',
  'payload.columns': '--columns',
  'payload.compressibleShare': '--compressible',
  minFreeBytes: '--min-free',
};

const flagOf = (path: string): string =>
  FLAGS[path] ?? Object.entries(FLAGS).find(([field]) => path.startsWith(field))?.[1] ?? path;

const refused = (issues: readonly Issue[]): CodedError =>
  new CodedError('VALIDATION_FAILED', 'the dataset cannot be made as asked', issues);

function sizesOf({ minSize, maxSize, sizes }: GenerateOptions): unknown {
  if (sizes !== undefined && (minSize !== undefined || maxSize !== undefined))
    throw refused([{ path: '--sizes', message: 'expected either --sizes or --min-size and --max-size, found both' }]);
  if (sizes !== undefined) return readSizes(sizes);
  if (minSize === undefined && maxSize === undefined) return { type: 'production' };
  return { type: 'uniform', minBytes: minSize ?? DEFAULT_MIN_BYTES, maxBytes: maxSize ?? DEFAULT_MAX_BYTES };
}

function readSizes(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw refused([{ path: '--sizes', message: `expected a JSON file with a size distribution, found ${cause}` }]);
  }
}

/** The name of the dataset on a server: the output folder as it was given, which must be a relative one. */
export const datasetOf = (outputDir: string): string => normalize(outputDir).replace(/^\.\//, '').replace(/\/+$/, '');

/** A name for a dataset in any folder of this machine. */
export function localName(folder: string): string {
  const name = basename(folder).replaceAll(/[^A-Za-z0-9._-]/g, '-');
  return DatasetName.safeParse(name).success ? name : 'data';
}

/** The specification that the flags ask for. Throws CodedError VALIDATION_FAILED with every problem, by flag. */
export function generateSpec(options: GenerateOptions, dataset: string, lanes: number): GenerateSpec {
  const { numFiles, rowsPerFile, threads, incrementalUuid, seed, columns, compressible, compression } = options;
  const input = {
    dataset,
    files: numFiles,
    rowsPerFile,
    threads,
    lanes,
    sizes: sizesOf(options),
    key: { type: incrementalUuid ? 'incremental' : 'random' },
    payload: { ...(columns !== undefined && { columns: columns.split(',') }), compressibleShare: compressible },
    header: options.header,
    compression: { type: compression },
    existing: options.overwrite ? 'replace' : 'resume',
    durable: options.durable,
    ...(options.minFree !== undefined && { minFreeBytes: options.minFree }),
    seed,
  };
  const parsed = GenerateSpec.safeParse(input);
  if (parsed.success) return parsed.data;
  throw refused(issuesOf(parsed.error, input).map(({ path, message }) => ({ path: flagOf(path), message })));
}
