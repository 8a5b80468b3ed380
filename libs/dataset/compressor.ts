import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Compression } from '#libs/workloads/generate/generate.schema.js';

type Of<T extends Compression['type']> = Extract<Compression, { type: T }>;

/** Not in the types of Node 20, and not in every Node. */
const zstd: unknown = Reflect.get(zlib, 'createZstdCompress');
const ZSTD_LEVEL = 100;

export const FILE_SUFFIX: { readonly [T in Compression['type']]: string } = { none: '', gzip: '.gz', zstd: '.zst' };

/** Why this process cannot compress so; undefined when it can. */
export const compressionProblem = ({ type }: Pick<Compression, 'type'>): string | undefined =>
  type === 'zstd' && typeof zstd !== 'function'
    ? `zstd is not in this Node (${process.version}): run the executors on Node 22.15, 24 or later, or ask for gzip`
    : undefined;

function openZstd({ level }: Of<'zstd'>): Transform {
  const problem = compressionProblem({ type: 'zstd' });
  if (problem !== undefined || typeof zstd !== 'function') throw new CodedError('OUTPUT_UNWRITABLE', problem ?? '');
  return zstd({ params: { [ZSTD_LEVEL]: level } });
}

/** A stream that compresses; undefined for none. The same input gives the same output with the same Node. */
export function openCompressor(compression: Compression): Transform | undefined {
  if (compression.type === 'none') return undefined;
  return compression.type === 'gzip' ? zlib.createGzip({ level: compression.level }) : openZstd(compression);
}
