import type { Draft } from './draft.js';
import { count, flag, found, text, type Apply } from './option-readers.js';

/** One of some names, in any case. */
export const oneOf =
  <Name extends string>(names: readonly Name[], set: (draft: Draft, name: Name) => void): Apply =>
  (draft, value) => {
    const known = names.find((name) => name === value?.toLowerCase());
    if (known === undefined) return `expected ${names.join(' or ')}, found ${found(value)}`;
    set(draft, known);
    return undefined;
  };

const NO_THRIFT = 'Thrift is gone since Cassandra 4.0: expected native cql3';

/** Forms of `-mode` of the past. */
export const OLD_MODES: Readonly<Record<string, string>> = {
  thrift: NO_THRIFT,
  smart: NO_THRIFT,
  simplenative: 'expected native cql3, which is the only protocol',
};

/** What Java's TLS asks for and PEM files do not. */
export const OLD_TRANSPORT: Readonly<Record<string, string>> = {
  factory: "it names a class of Java's: leave factory= out",
  'ssl-alg': "it names an algorithm of Java's: leave ssl-alg= out",
  'truststore-password': 'PEM files of authorities have no password: leave truststore-password= out',
  'keystore-password':
    'the key in keystore= is read as it is: take its password away by openssl pkey -in client.pem -out key.pem, and leave keystore-password= out',
};

/** Login by a name and a password is all that is taken, whichever class of the drivers says so. */
const PLAIN_TEXT = /(^|\.)PlainTextAuthProvider$/;
export const authProvider: Apply = (draft, value) => {
  if (!PLAIN_TEXT.test(value ?? ''))
    return `expected PlainTextAuthProvider, which logs in with user= and password=, found ${found(value)}`;
  draft.authProvider = value;
  return undefined;
};

/** Ports beside `native`. */
export const OTHER_PORTS: Readonly<Record<string, string>> = {
  thrift: 'Thrift is gone since Cassandra 4.0: leave thrift= out',
  jmx: 'garbage collection of the servers is not read over JMX: leave jmx= out, and say -node metrics=http://HOST:PORT/metrics where the nodes export it, as jmx_exporter does',
};

/** Options of `-col` that CQL has no use for. */
export const OLD_COLUMNS: Readonly<Record<string, string>> = {
  super: 'super columns do not exist in CQL: leave super= out',
  comparator: 'columns of a CQL table have names of text: leave comparator= out',
};

/** Whole groups of that kind. */
export const GONE_GROUPS: Readonly<Record<string, string>> = {
  cloudconf:
    "it names a bundle of DataStax Astra, which is no cluster that load may be sent to: say a cluster's -node, -port, -mode user= password= and -transport",
  sendto:
    'there is no daemon to send a run to: start executors with tidemark executor and post the line to POST /v1/runs as spec.command, or run tidemark stress where the load is to come from',
  jmx: 'garbage collection of the servers is not read over JMX: leave -jmx out, and say -node metrics=http://HOST:PORT/metrics where the nodes export it, as jmx_exporter does',
};

/** Options of `-node`, but for the hosts. */
export const NODE_OPTIONS: Readonly<Record<string, Apply>> = {
  datacenter: text('a datacenter', (draft, value) => (draft.datacenter = value)),
  rack: text('a rack', (draft, value) => (draft.rack = value)),
  whitelist: flag((draft) => (draft.onlyContactPoints = true)),
  file: text('a file with one node on each line', (draft, value) => (draft.nodesFile = value)),
  metrics: (draft, value) => {
    const urls = (value ?? '').split(',').filter((url) => url !== '');
    if (urls.length === 0 || urls.some((url) => !/^https?:\/\//i.test(url)))
      return `expected metrics=http://HOST:PORT/metrics[,…], found ${found(value)}`;
    draft.metricsUrls = urls;
    return undefined;
  },
  loadbalance: oneOf(['round-robin', 'dc-aware', 'rack-aware'], (draft, policy) => (draft.loadBalance = policy)),
  'remote-dc': (_draft, value) =>
    value === '0' ? undefined : `expected 0: nodes of other datacenters are never asked, found ${found(value)}`,
};

/** Options of `-errors`. */
export const ERROR_OPTIONS: Readonly<Record<string, Apply>> = {
  'retry-overloaded': flag((draft) => (draft.retryOverloaded = true)),
  retries: count('a number of retries', (draft, value) => (draft.retries = value), 0),
  ignore: flag((draft) => (draft.ignoreErrors = true)),
  'skip-read-validation': flag((draft) => (draft.skipReadValidation = true)),
  // Every type of a column is generated: there is nothing to skip.
  'skip-unsupported-columns': flag(() => undefined),
  'fail-fast': flag((draft) => {
    draft.ignoreErrors = false;
    draft.failFast = true;
  }),
  'delay-policy': oneOf(
    ['constant', 'linear', 'exponential'],
    (draft, policy) => (draft.delay = { ...draft.delay, policy }),
  ),
  'min-delay-ms': count('milliseconds', (draft, minMs) => (draft.delay = { ...draft.delay, minMs }), 0),
  'max-delay-ms': count('milliseconds', (draft, maxMs) => (draft.delay = { ...draft.delay, maxMs }), 0),
};

/** `storage(type=S3,endpoint=E,bucket=B)`, ScyllaDB's. */
export const storage: Apply = (draft, value) => {
  const given = (value ?? '').split(',').map((pair) => pair.split('='));
  const unknown = given.find(([name = '', option]) => !STORAGE.includes(name.toLowerCase()) || !option);
  const options = Object.fromEntries(given.map(([name = '', option = '']) => [name.toLowerCase(), option]));
  if (unknown || !/^(local|s3)$/i.test(options['type'] ?? ''))
    return `expected storage(type=LOCAL) or storage(type=S3,endpoint=…,bucket=…), found ${found(value)}`;
  draft.storage = { ...options, type: (options['type'] ?? '').toUpperCase() };
  return undefined;
};
const STORAGE = ['type', 'endpoint', 'bucket'];
