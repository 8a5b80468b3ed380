import { ConsistencyLevel } from '#libs/workloads/stress/consistency-level.schema.js';
import type { Ratio } from '#libs/workloads/stress/distribution.schema.js';
import { readRatio } from './distribution-text.js';
import type { Draft } from './draft.js';
import { found, type Apply } from './option-readers.js';

const BATCH_TYPES = { logged: 'logged', unlogged: 'unlogged', counter: 'counter' } as const;
const SERIAL_LEVELS = { serial: 'SERIAL', local_serial: 'LOCAL_SERIAL' } as const;

/** The value of `map` under a name in any case. */
function byName<V>(map: Readonly<Record<string, V>>, name: string | undefined): V | undefined {
  return map[(name ?? '').toLowerCase()];
}

/** A share such as `fixed(1)/2`. */
export const share =
  (set: (draft: Draft, value: Ratio) => void): Apply =>
  (draft, value) => {
    const read = readRatio(value);
    if (typeof read === 'string') return read;
    set(draft, read);
    return undefined;
  };

export const batchType: Apply = (draft, value) => {
  const type = byName(BATCH_TYPES, value);
  if (type === undefined) return `expected logged, unlogged or counter, found ${found(value)}`;
  draft.insert = { ...draft.insert, batchType: type };
  return undefined;
};

export const unpopulated: Apply = (draft, value) => {
  const known = byName({ null: 'null', unset: 'unset' } as const, value);
  if (known === undefined) return `expected null or unset, found ${found(value)}`;
  draft.insert = { ...draft.insert, unpopulated: known };
  return undefined;
};

export const insertConsistency: Apply = (draft, value) => {
  const level = ConsistencyLevel.safeParse((value ?? '').toUpperCase());
  if (!level.success) return `expected one of ${ConsistencyLevel.options.join(', ')}, found ${found(value)}`;
  draft.insert = { ...draft.insert, consistencyLevel: level.data };
  return undefined;
};

export const insertSerialConsistency: Apply = (draft, value) => {
  const level = byName(SERIAL_LEVELS, value);
  if (level === undefined) return `expected SERIAL or LOCAL_SERIAL, found ${found(value)}`;
  draft.insert = { ...draft.insert, serialConsistencyLevel: level };
  return undefined;
};

export const serialConsistency: Apply = (draft, value) => {
  const level = byName(SERIAL_LEVELS, value);
  if (level === undefined) return `expected SERIAL or LOCAL_SERIAL, found ${found(value)}`;
  draft.serialConsistencyLevel = level;
  return undefined;
};
