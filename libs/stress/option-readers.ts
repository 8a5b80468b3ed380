import { ConsistencyLevel } from '#libs/workloads/stress/consistency-level.schema.js';
import { readCount, readDistribution, readRange } from './distribution-text.js';
import { commandOf } from './command-names.js';
import type { Draft } from './draft.js';

/** Puts an option's value into the draft; answers what is wrong with it, if anything. */
export type Apply = (draft: Draft, value: string | undefined) => string | undefined;

/** What a server takes in one frame of 16 MiB, its default, and a little less. */
const LARGEST_COLUMN_BYTES = 16_000_000;

export const found = (value: string | undefined): string => (value === undefined || value === '' ? 'nothing' : value);

export const count =
  (expected: string, set: (draft: Draft, count: number) => void, least = 1): Apply =>
  (draft, value) => {
    const number = readCount(value);
    if (number === undefined || number < least) return `expected ${expected}, found ${found(value)}`;
    set(draft, number);
    return undefined;
  };
export const flag =
  (set: (draft: Draft) => void): Apply =>
  (draft, value) => {
    if (value !== undefined) return `expected no value, found ${value}`;
    set(draft);
    return undefined;
  };
export const text =
  (expected: string, set: (draft: Draft, text: string) => void): Apply =>
  (draft, value) => {
    if (value === undefined || value === '') return `expected ${expected}, found nothing`;
    set(draft, value);
    return undefined;
  };
export const distribution =
  (set: (draft: Draft, value: Exclude<ReturnType<typeof readDistribution>, string>) => void): Apply =>
  (draft, value) => {
    const read = readDistribution(value);
    if (typeof read === 'string') return read;
    set(draft, read);
    return undefined;
  };
export const rate =
  (set: (draft: Draft, perSecond: number) => void): Apply =>
  (draft, value) => {
    const match = /^(\d+(?:\.\d+)?)([bmk]?)\/s$/i.exec(value ?? '');
    const perSecond = match ? readCount(`${match[1]}${match[2]}`) : undefined;
    if (perSecond === undefined) return `expected operations per second such as 20000/s, found ${found(value)}`;
    // The original's 0/s means unlimited.
    if (perSecond > 0) set(draft, perSecond);
    return undefined;
  };

const DURATION_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
export const duration: Apply = (draft, value) => {
  const match = /^(\d+)([smh])$/i.exec(value ?? '');
  if (!match) return `expected a time such as 30s, 10m or 2h, found ${found(value)}`;
  draft.durationMs = Number(match[1]) * (DURATION_MS[(match[2] ?? '').toLowerCase()] ?? 0);
  return undefined;
};
const INTERVAL_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };
export const interval: Apply = (draft, value) => {
  const match = /^(\d+)(ms|s|m)?$/i.exec(value ?? '');
  if (!match) return `expected an interval such as 1s or 500ms, found ${found(value)}`;
  draft.intervalMs = Number(match[1]) * (INTERVAL_MS[match[2]?.toLowerCase() ?? 's'] ?? 0);
  return undefined;
};
export const headerFrequency: Apply = (draft, value) => {
  const every: Draft = {};
  const problem = interval(every, value);
  if (problem !== undefined) return problem;
  draft.output = { ...draft.output, headerEveryMs: every.intervalMs ?? 0 };
  return undefined;
};
export const consistency: Apply = (draft, value) => {
  const level = ConsistencyLevel.safeParse((value ?? '').toUpperCase());
  if (!level.success) return `expected one of ${ConsistencyLevel.options.join(', ')}, found ${found(value)}`;
  draft.consistencyLevel = level.data;
  return undefined;
};
export const ratio: Apply = (draft, value) => {
  const parts = { write: 0, read: 0, counter_write: 0, counter_read: 0 };
  for (const part of (value ?? '').split(',')) {
    const [name = '', weight] = part.toLowerCase().split('=');
    const operation = commandOf(name);
    if (operation === undefined || operation === 'mixed' || operation === 'user' || !(Number(weight) >= 0))
      return `expected weights of ${Object.keys(parts).join(', ')} such as ratio(write=1,read=3), found ${found(part)}`;
    parts[operation] = Number(weight);
  }
  if (Object.values(parts).every((weight) => weight === 0))
    return 'expected at least one operation with a weight above 0';
  draft.ratio = parts;
  return undefined;
};
export const sequence: Apply = (draft, value) => {
  const range = readRange(value ?? '');
  if (!range) return `expected a range such as 1..1000000, found ${found(value)}`;
  draft.sequence = { from: range.min, to: range.max };
  return undefined;
};

const pairs = (value: string | undefined): [string, string][] =>
  (value ?? '')
    .split(',')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...rest] = pair.split('=');
      return [name, rest.join('=')];
    });
const DEFAULT_STRATEGY = 'NetworkTopologyStrategy';
export const replication: Apply = (draft, value) => {
  const given = pairs(value);
  const bad = given.find(([name, option]) => option === '' || (name !== 'strategy' && !/^\d+$/.test(option)));
  if (bad || given.length === 0)
    return `expected replication(strategy=…,factor=3) or replication(dc1=3,dc2=2), found ${found(value)}`;
  const strategy = given.find(([name]) => name === 'strategy')?.[1] ?? DEFAULT_STRATEGY;
  const options = given
    .filter(([name]) => name !== 'strategy')
    .map(([name, option]) => [name === 'factor' ? 'replication_factor' : name, option]);
  draft.replication = {
    strategy,
    options: options.length > 0 ? Object.fromEntries(options) : { replication_factor: '1' },
  };
  return undefined;
};
export const compaction: Apply = (draft, value) => {
  const given = pairs(value);
  const strategy = given.find(([name]) => name === 'strategy')?.[1];
  if (strategy === undefined || strategy === '')
    return `expected compaction(strategy=…[,option=value]), found ${found(value)}`;
  draft.compaction = { strategy, options: Object.fromEntries(given.filter(([name]) => name !== 'strategy')) };
  return undefined;
};
export const fixedCount: Apply = (draft, value) => {
  const read = readCount(value) ?? readDistribution(value);
  const columns = typeof read === 'object' && read.type === 'fixed' ? read.value : read;
  if (typeof columns !== 'number' || columns < 1)
    return `expected FIXED(n) columns, found ${found(value)}; variable counts do not exist in CQL`;
  draft.columnCount = columns;
  return undefined;
};
export const columnSize: Apply = (draft, value) => {
  const read = readCount(value) ?? readDistribution(value);
  if (typeof read === 'string') return read;
  const size = typeof read === 'number' ? { type: 'fixed' as const, value: read } : read;
  const [least, largest] = size.type === 'fixed' ? [size.value, size.value] : [size.min, size.max];
  if (size.type === 'sequence' || least < 0 || largest > LARGEST_COLUMN_BYTES)
    return `expected sizes from 0 to ${LARGEST_COLUMN_BYTES} bytes, found ${found(value)}`;
  draft.columnSize = size;
  return undefined;
};
export const version: Apply = (_draft, value) =>
  /^(v?4|newest_supported|newest_beta)$/i.test(value ?? '')
    ? undefined
    : `expected protocol version 4, which Cassandra and ScyllaDB both speak, found ${found(value)}`;
const COMPRESSIONS = ['none', 'lz4', 'snappy'] as const;
export const frameCompression: Apply = (draft, value) => {
  const known = COMPRESSIONS.find((name) => name === value?.toLowerCase());
  if (known === undefined) return `expected none, lz4 or snappy, found ${found(value)}`;
  draft.frameCompression = known;
  return undefined;
};
export const columnList: Apply = (draft, value) => {
  const names = (value ?? '').split(',').filter((name) => name !== '');
  const bad = names.find((name) => !/^[A-Za-z0-9_]{1,48}$/.test(name));
  if (names.length === 0 || bad !== undefined || new Set(names).size !== names.length)
    return `expected different names of letters, digits and underscores such as names=a,b, found ${found(value)}`;
  draft.columnNames = names;
  return undefined;
};
export const truncate: Apply = (draft, value) => {
  const when = (value ?? '').toLowerCase();
  if (when !== 'never' && when !== 'once' && when !== 'always')
    return `expected truncate=never, truncate=once or truncate=always, found ${found(value)}`;
  draft.truncate = when;
  return undefined;
};
export const operations: Apply = (draft, value) => {
  const weights: Record<string, number> = {};
  for (const part of (value ?? '').split(',').filter((each) => each !== '')) {
    const [name = '', text = '1'] = part.split('=');
    const weight = Number(text);
    if (name === '' || !(weight >= 0)) return `expected ops(insert=1,query=3), found ${found(part)}`;
    weights[name.toLowerCase()] = weight;
  }
  if (Object.keys(weights).length === 0) return `expected ops(insert=1,query=3), found ${found(value)}`;
  draft.operations = weights;
  return undefined;
};
/** A PEM file; Java's own stores are refused with the command that turns them into one. */
export const pemFile =
  (name: 'truststore' | 'keystore'): Apply =>
  (draft, value) => {
    if (value === undefined || value === '') return 'expected a PEM file, found nothing';
    if (/\.(jks|p12|pfx|keystore|truststore)$/i.test(value)) {
      const convert =
        name === 'truststore'
          ? `keytool -exportcert -rfc -keystore ${value} -alias ALIAS -file ca.pem`
          : `openssl pkcs12 -in ${value} -nodes -out client.pem (a JKS file is first turned into PKCS12 by keytool -importkeystore)`;
      return `expected a PEM file, found ${value}: make one with ${convert}`;
    }
    draft.transport = { ...draft.transport, [name]: value };
    return undefined;
  };
export const truth =
  (set: (draft: Draft, value: boolean) => void): Apply =>
  (draft, value) => {
    if (value !== 'true' && value !== 'false') return `expected true or false, found ${found(value)}`;
    set(draft, value === 'true');
    return undefined;
  };
export const only =
  (expected: string): Apply =>
  (_draft, value) =>
    (value ?? '').toLowerCase() === expected.toLowerCase() ? undefined : `expected ${expected}, found ${found(value)}`;
