import { CodedError } from '#libs/contract/coded-error.js';
import { issuesOf } from '#libs/contract/issues.js';
import type { Issue } from '#libs/contract/problem.js';
import { nearest } from '#libs/stress/words.js';
import { cutShellWords, Misread, readGoFlags } from './go-flags.js';
import { formOfDraft, type ScyllaBenchDraft } from './scylla-bench-draft.js';
import { SCYLLA_BENCH_FLAGS } from './scylla-bench-flags.js';
import { ScyllaBenchSpec } from './scylla-bench.schema.js';

/** What a line says of the cluster; absent where it says nothing. The files are not read here. */
export interface ScyllaBenchTarget {
  contactPoints?: string[] | undefined;
  localDatacenter?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  tls?: {
    verify: boolean;
    caFile?: string | undefined;
    certFile?: string | undefined;
    keyFile?: string | undefined;
  };
}

export interface ParsedScyllaBench {
  spec: ScyllaBenchSpec;
  target: ScyllaBenchTarget;
  /** What was adjusted, one sentence each, to be shown to whoever gave the line. */
  notes: string[];
}

/** Where a field of the structured form is said on the line, for the schema's own complaints. */
const FLAG_OF_FIELD: Readonly<Record<string, string>> = {
  keyspace: 'keyspace',
  table: 'table',
  replicationFactor: 'replication-factor',
  concurrency: 'concurrency',
  maxRatePerSecond: 'max-rate',
  stop: 'duration',
  'stop.durationMs': 'duration',
  'stop.passes': 'iterations',
  'workload.partitionCount': 'partition-count',
  'workload.partitionOffset': 'partition-offset',
  'workload.clusteringRowCount': 'clustering-row-count',
  'workload.startNs': 'start-timestamp',
  'workload.writeRatePerSecond': 'write-rate',
  'workload.type': 'workload',
  'value.size': 'clustering-row-size',
  'value.size.bytes': 'clustering-row-size',
  'value.size.min': 'clustering-row-size',
  'value.size.max': 'clustering-row-size',
  rowsPerRequest: 'rows-per-request',
  'select.rowsPerRequest': 'rows-per-request',
  'select.restriction': 'no-lower-bound',
  'select.orders': 'select-order-by',
  rangeCount: 'range-count',
  extraClause: 'extra-clause',
  'connection.connectionsPerNode': 'connection-count',
  'connection.requestTimeoutMs': 'timeout',
  'connection.schemaTimeoutMs': 'metadata-schema-timeout',
  'connection.pageSize': 'page-size',
  'errors.retries': 'retry-number',
  'errors.minDelayMs': 'retry-interval',
  'errors.maxDelayMs': 'retry-interval',
  'errors.limit': 'error-limit',
  'errors.limitInARow': 'error-at-row-limit',
};

/** Reads the words into a draft; answers the flags that say something other than their defaults. */
function readWords(line: string, draft: ScyllaBenchDraft, issues: Issue[]): { seen: Set<string>; said: Set<string> } {
  const seen = new Set<string>();
  const said = new Set<string>();
  const words = cutShellWords(line);
  if (!words) issues.push({ path: 'command', message: 'expected every quote to be closed' });
  // The program's own name may stand in front, as it does in a shell's history.
  const own = /(^|\/)scylla-bench$/.test(words?.[0] ?? '') ? words?.slice(1) : words;
  const flags = readGoFlags(
    own ?? [],
    (name) => SCYLLA_BENCH_FLAGS[name]?.boolean,
    (word, before) => {
      // A word in the wrong place may be half of a password.
      const found = /password/i.test(line) ? 'another word' : word;
      const after = before === undefined ? '' : `; after a boolean flag write ${before.replace(/=.*/s, '')}=value`;
      issues.push({ path: 'command', message: `expected a flag, found ${found}${after}` });
    },
  );
  for (const { name, value } of flags) {
    const path = `-${name}`;
    const flag = Object.hasOwn(SCYLLA_BENCH_FLAGS, name) ? SCYLLA_BENCH_FLAGS[name] : undefined;
    if (!flag) {
      const meant = nearest(name, Object.keys(SCYLLA_BENCH_FLAGS));
      issues.push({ path, message: `unknown flag${meant === undefined ? '' : `; did you mean -${meant}?`}` });
      continue;
    }
    if (seen.has(name)) issues.push({ path, message: 'expected once, found twice' });
    seen.add(name);
    const outcome = flag.read(draft, value);
    if (outcome instanceof Misread) issues.push({ path, message: outcome.message });
    else if (outcome === 'said') said.add(name);
  }
  return { seen, said };
}

/** What only shows when everything is read: what is missing, what excludes each other, and what has no effect. */
function checkTogether(draft: ScyllaBenchDraft, seen: Set<string>, said: Set<string>, issues: Issue[]): void {
  const { mode, workload } = draft;
  const complain = (name: string, message: string): void => void issues.push({ path: `-${name}`, message });
  if (!seen.has('mode'))
    complain('mode', 'expected write, read, mixed, counter_update, counter_read or scan, found nothing');
  if (mode === 'scan' && seen.has('workload')) complain('workload', 'expected none: mode scan has no workload');
  if (mode !== 'scan' && !seen.has('workload'))
    complain('workload', 'expected sequential, uniform or timeseries, found nothing');
  if (mode?.startsWith('counter_') === true && workload === 'timeseries')
    complain('workload', `expected sequential or uniform in mode ${mode}, found timeseries`);
  if (mode !== undefined && (mode === 'scan' || workload !== undefined)) {
    for (const name of said) {
      const scope = SCYLLA_BENCH_FLAGS[name]?.scope;
      if (scope?.holds(mode, workload) === false) complain(name, `has an effect only ${scope.where}`);
    }
  }
  const bounds = ['in-restriction', 'no-lower-bound', 'provide-upper-bound'].filter((name) => said.has(name));
  if (bounds.length > 1) complain(bounds[0] ?? '', `expected one of -${bounds.join(', -')}, found ${bounds.length}`);
  if (said.has('no-random-data') && draft.validateData === true)
    complain('no-random-data', 'has no effect beside -validate-data, which writes its own bytes');
  if (said.has('username') !== said.has('password'))
    complain(said.has('username') ? 'password' : 'username', 'expected -username and -password together, found one');
  if (said.has('datacenter') && draft.routing === 'round-robin')
    complain('datacenter', 'has an effect only with -host-selection-policy token-aware');
  if (said.has('tls-client-cert-file') !== said.has('tls-client-key-file'))
    complain('tls-client-cert-file', 'expected a certificate and its key (-tls-client-key-file) together, found one');
  for (const name of said)
    if (name.startsWith('tls-') && draft.tls !== true) complain(name, 'has an effect only with -tls');
  const endless =
    mode === 'scan' || workload === 'sequential'
      ? draft.iterations === 0
      : mode !== undefined && workload !== undefined;
  if (endless && (draft.durationMs ?? 0) === 0 && !issues.some(({ path }) => path === '-duration'))
    complain('duration', 'expected a duration such as 10m: this run would never end');
}

function targetOf(draft: ScyllaBenchDraft): ScyllaBenchTarget {
  const { nodes: contactPoints, datacenter: localDatacenter, username, password, caFile, certFile, keyFile } = draft;
  const tls = { verify: draft.tlsVerify ?? false, caFile, certFile, keyFile };
  return { contactPoints, localDatacenter, username, password, ...(draft.tls === true && { tls }) };
}

/** A scan has one worker per range at most; as the original, and like it saying so. */
function fitConcurrency(draft: ScyllaBenchDraft): string[] {
  const { mode, rangeCount = 1, concurrency } = draft;
  if (mode !== 'scan' || rangeCount < 1 || (concurrency ?? 16) <= rangeCount) return [];
  draft.concurrency = rangeCount;
  return concurrency === undefined
    ? []
    : [`concurrency is ${rangeCount}, not ${concurrency}: a scan has one worker per range`];
}

const failure = (issues: readonly Issue[]): CodedError =>
  new CodedError(
    'VALIDATION_FAILED',
    `the scylla-bench command cannot be run: ${issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}`,
    issues,
  );

/**
 * Reads a scylla-bench 1.x command line into the structured form. Throws CodedError VALIDATION_FAILED with every problem at
 * once, each under the flag it is about. A flag that has no effect in this mode and workload is refused unless it says its
 * default; nothing else is accepted and ignored.
 */
export function parseScyllaBenchCommand(line: string): ParsedScyllaBench {
  const issues: Issue[] = [];
  const draft: ScyllaBenchDraft = {};
  const { seen, said } = readWords(line, draft, issues);
  checkTogether(draft, seen, said, issues);
  const notes = fitConcurrency(draft);
  const form = formOfDraft(draft);
  const parsed = ScyllaBenchSpec.safeParse(form);
  if (parsed.success && issues.length === 0) return { spec: parsed.data, target: targetOf(draft), notes };
  const isWhole = draft.mode !== undefined && (draft.mode === 'scan' || draft.workload !== undefined);
  for (const { path, message } of parsed.success || !isWhole ? [] : issuesOf(parsed.error, form)) {
    const flag = FLAG_OF_FIELD[path];
    const place = flag === undefined ? path : `-${flag}`;
    if (!issues.some((issue) => issue.path === place)) issues.push({ path: place, message });
  }
  throw failure(issues);
}
