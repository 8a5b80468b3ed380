import type { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { headerLine } from './row-writer.js';
import { meanBytes, sizeBins } from './size-bins.js';

/** Random text of 64 characters carries 6 of 8 bits; a compressor needs a little for itself. */
const RANDOM_TEXT_SHARE = 0.78;
const REPEATED_TEXT_SHARE = 0.03;

type Sized = Pick<GenerateSpec, 'files' | 'rowsPerFile' | 'sizes' | 'payload' | 'key' | 'header'>;

/** Mean length of a line with its separators and end, bytes. */
export const lineBytes = ({ sizes, payload }: Pick<Sized, 'sizes' | 'payload'>): number =>
  meanBytes(sizeBins(sizes)) + payload.columns.length + 2;

/** CSV bytes of the whole dataset, before compression, as expected. */
export const expectedBytes = (spec: Sized): number =>
  spec.files * ((spec.header ? headerLine(spec).length : 0) + spec.rowsPerFile * lineBytes(spec));

/** Part of the CSV bytes that reaches the disk. */
export const storedShare = ({ compression, payload }: Pick<GenerateSpec, 'compression' | 'payload'>): number =>
  compression.type === 'none'
    ? 1
    : RANDOM_TEXT_SHARE * (1 - payload.compressibleShare) + REPEATED_TEXT_SHARE * payload.compressibleShare;
