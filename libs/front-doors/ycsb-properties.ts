import { Misread } from './go-flags.js';

/** What a YCSB line says, by field of the structured form, before it is known to fit together. */
export interface YcsbDraft {
  spec: Record<string, unknown>;
  shares: Record<string, number>;
  scanLength: Record<string, number>;
  connection: Record<string, unknown>;
  keyspace?: string;
  contactPoints?: string[];
  port?: number;
  username?: string;
  password?: string;
  localDatacenter?: string;
  tls?: boolean;
  consistencyLevel?: string;
  threads?: number;
  ratePerSecond?: number;
  interval?: string;
  operations?: number;
  durationMs?: number;
  retries?: number;
  intervalMs?: number;
  hdrFile?: string;
}

/** Puts a value into the draft; answers why it cannot. */
export type Property = (draft: YcsbDraft, text: string) => Misread | undefined;

const integer = (set: (draft: YcsbDraft, value: number) => void, most = Number.MAX_SAFE_INTEGER): Property => {
  return (draft, text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value > most) return new Misread(`expected a whole number, found ${text || 'nothing'}`);
    set(draft, value);
    return undefined;
  };
};
const field = (name: string): Property => integer((draft, value) => (draft.spec[name] = value));
const connection = (name: string): Property => integer((draft, value) => (draft.connection[name] = value));
const share = (name: string): Property => {
  return (draft, text) => {
    const value = Number(text);
    if (text === '' || !(value >= 0 && value <= 1)) return new Misread(`expected 0 to 1, found ${text || 'nothing'}`);
    draft.shares[name] = value;
    return undefined;
  };
};
/** Java's parseBoolean takes every other word for false; a mistyped one is refused here. */
const boolean = (set: (draft: YcsbDraft, value: boolean) => void): Property => {
  return (draft, text) => {
    if (!/^(true|false)$/i.test(text)) return new Misread(`expected true or false, found ${text || 'nothing'}`);
    set(draft, text.toLowerCase() === 'true');
    return undefined;
  };
};
const flag = (name: string): Property => boolean((draft, value) => (draft.spec[name] = value));
const text = (set: (draft: YcsbDraft, value: string) => void): Property => {
  return (draft, found) => {
    if (found === '') return new Misread('expected a value, found nothing');
    set(draft, found);
    return undefined;
  };
};
const choice = (
  names: readonly string[],
  set: (draft: YcsbDraft, value: string) => void,
  reason = `expected ${names.join(' or ')}`,
): Property => {
  return (draft, found) => {
    if (!names.includes(found)) return new Misread(`${reason}, found ${found || 'nothing'}`);
    set(draft, found);
    return undefined;
  };
};
/** Only these values can be had here, and change nothing. */
const only = (values: readonly string[], reason: string): Property => {
  return (_, found) => (values.includes(found) ? undefined : new Misread(reason));
};

const LEVELS = ['ANY', 'ONE', 'TWO', 'THREE', 'QUORUM', 'ALL', 'LOCAL_QUORUM', 'EACH_QUORUM', 'LOCAL_ONE'];
const NO_EXPORT = 'is refused: the summary is JSON with --json, and over the API';

/** Of the bindings for Cassandra and ScyllaDB, whose names differ in their prefix. */
const binding = (prefix: 'cassandra' | 'scylla'): Readonly<Record<string, Property>> => ({
  [`${prefix}.keyspace`]: text((draft, value) => (draft.keyspace = value.toLowerCase())),
  [`${prefix}.username`]: text((draft, value) => (draft.username = value)),
  [`${prefix}.password`]: text((draft, value) => (draft.password = value)),
  [`${prefix}.readconsistencylevel`]: choice(LEVELS, (draft, value) => (draft.spec['readConsistencyLevel'] = value)),
  [`${prefix}.writeconsistencylevel`]: choice(LEVELS, (draft, value) => (draft.consistencyLevel = value)),
  [`${prefix}.coreconnections`]: connection('connectionsPerNode'),
  [`${prefix}.maxconnections`]: connection('connectionsPerNode'),
  [`${prefix}.connecttimeoutmillis`]: connection('connectTimeoutMs'),
  [`${prefix}.readtimeoutmillis`]: connection('requestTimeoutMs'),
  [`${prefix}.useSSL`]: boolean((draft, value) => (draft.tls = value)),
  [`${prefix}.tracing`]: only(['false'], 'expected false: requests are not traced'),
});
const hosts: Property = text((draft, value) => (draft.contactPoints = value.split(',').map((host) => host.trim())));
const port = integer((draft, value) => (draft.port = value), 65_535);

/** Every property of the core workload and of the bindings that is known here. */
export const YCSB_PROPERTIES: Readonly<Record<string, Property>> = {
  workload: only(
    ['site.ycsb.workloads.CoreWorkload', 'com.yahoo.ycsb.workloads.CoreWorkload'],
    'expected site.ycsb.workloads.CoreWorkload: other workloads are not here',
  ),
  recordcount: field('recordCount'),
  operationcount: integer((draft, value) => (draft.operations = value)),
  insertstart: field('insertStart'),
  insertcount: field('insertCount'),
  readproportion: share('read'),
  updateproportion: share('update'),
  insertproportion: share('insert'),
  scanproportion: share('scan'),
  readmodifywriteproportion: share('readModifyWrite'),
  requestdistribution: choice(
    ['zipfian', 'latest', 'uniform'],
    (draft, value) => (draft.spec['requestDistribution'] = value),
    'expected zipfian, latest or uniform (others are not here)',
  ),
  minscanlength: integer((draft, value) => (draft.scanLength['min'] = value)),
  maxscanlength: integer((draft, value) => (draft.scanLength['max'] = value)),
  scanlengthdistribution: only(['uniform'], 'expected uniform: other lengths of scans are not here'),
  insertorder: choice(['hashed', 'ordered'], (draft, value) => (draft.spec['insertOrder'] = value)),
  zeropadding: field('zeroPadding'),
  table: text((draft, value) => (draft.spec['table'] = value.toLowerCase())),
  fieldcount: field('fieldCount'),
  fieldlength: field('fieldLengthBytes'),
  minfieldlength: field('minFieldLengthBytes'),
  fieldlengthdistribution: choice(
    ['constant', 'uniform'],
    (draft, value) => (draft.spec['fieldLengths'] = value),
    'expected constant or uniform (zipfian and histogram are not here)',
  ),
  fieldnameprefix: text((draft, value) => (draft.spec['fieldNamePrefix'] = value.toLowerCase())),
  readallfields: flag('readAllFields'),
  readallfieldsbyname: only(['false'], 'expected false: fields are named only where they are checked (dataintegrity)'),
  writeallfields: flag('writeAllFields'),
  dataintegrity: flag('dataIntegrity'),
  core_workload_insertion_retry_limit: integer((draft, value) => (draft.retries = value)),
  core_workload_insertion_retry_interval: integer((draft, value) => (draft.spec['retryDelayMs'] = value * 1_000)),
  threadcount: integer((draft, value) => (draft.threads = value)),
  target: integer((draft, value) => (draft.ratePerSecond = value)),
  maxexecutiontime: integer((draft, value) => (draft.durationMs = value * 1_000)),
  'measurement.interval': choice(['op', 'intended', 'both'], (draft, value) => (draft.interval = value)),
  measurementtype: only(['hdrhistogram'], 'expected hdrhistogram: every latency is kept in such histograms'),
  'hdrhistogram.percentiles': only(
    ['50,95,99', '95,99'],
    'is refused: every percentile is in the JSON and the HDR log',
  ),
  'hdrhistogram.fileoutput': only(['false'], 'expected false: give --json, or log.hdrFile in the structured form'),
  'status.interval': integer((draft, value) => (draft.intervalMs = value * 1_000)),
  exporter: only([], NO_EXPORT),
  exportfile: only([], NO_EXPORT),
  hosts,
  port,
  'scylla.hosts': hosts,
  'scylla.port': port,
  'scylla.local_dc': text((draft, value) => (draft.localDatacenter = value)),
  'scylla.lwt': only(['false'], 'expected false: conditional updates are not here'),
  ...binding('cassandra'),
  ...binding('scylla'),
};
