import { CodedError } from '#libs/contract/coded-error.js';
import { issuesOf } from '#libs/contract/issues.js';
import type { Issue } from '#libs/contract/problem.js';
import { nearest } from '#libs/stress/words.js';
import { cutShellWords, Misread, readGoFlags } from './go-flags.js';
import { requestsPerPass, scyllaBenchProblems } from './scylla-bench-check.js';
import { formOfDraft, type ScyllaBenchDraft } from './scylla-bench-draft.js';
import { SCYLLA_BENCH_FLAGS } from './scylla-bench-flags.js';
import type { ScyllaBenchSpec } from '#libs/workloads/stress/scylla-bench.schema.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

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
  spec: StressPlanSpec;
  target: ScyllaBenchTarget;
  /** What was adjusted, one sentence each, to be shown to whoever gave the line. */
  notes: string[];
}

/** Where a field of the structured form is said on the line, for the schema's own complaints. */
const FLAG_OF_FIELD: Readonly<Record<string, string>> = {
  'schema.keyspace': 'keyspace',
  'rate.threads': 'concurrency',
  'rate.throttlePerSecond': 'max-rate',
  'rate.ratePerSecond': 'max-rate',
  stop: 'duration',
  'stop.durationMs': 'duration',
  truncate: 'truncate-table',
  'scyllaBench.passes': 'iterations',
  'scyllaBench.table': 'table',
  'scyllaBench.workload.partitionCount': 'partition-count',
  'scyllaBench.workload.partitionOffset': 'partition-offset',
  'scyllaBench.workload.clusteringRowCount': 'clustering-row-count',
  'scyllaBench.workload.startNs': 'start-timestamp',
  'scyllaBench.workload.writeRatePerSecond': 'write-rate',
  'scyllaBench.workload.type': 'workload',
  'scyllaBench.value.size': 'clustering-row-size',
  'scyllaBench.value.size.bytes': 'clustering-row-size',
  'scyllaBench.value.size.min': 'clustering-row-size',
  'scyllaBench.value.size.max': 'clustering-row-size',
  'scyllaBench.rowsPerRequest': 'rows-per-request',
  'scyllaBench.select.rowsPerRequest': 'rows-per-request',
  'scyllaBench.select.restriction': 'no-lower-bound',
  'scyllaBench.select.orders': 'select-order-by',
  'scyllaBench.rangeCount': 'range-count',
  'scyllaBench.pageSize': 'page-size',
  'scyllaBench.extraClause': 'extra-clause',
  'connection.connectionsPerNode': 'connection-count',
  'connection.requestTimeoutMs': 'timeout',
  'connection.connectTimeoutMs': 'timeout',
  'connection.controlConnectionTimeoutMs': 'metadata-schema-timeout',
  'errors.retries': 'retry-number',
  'scyllaBench.errors.minDelayMs': 'retry-interval',
  'scyllaBench.errors.maxDelayMs': 'retry-interval',
  'scyllaBench.errors.limit': 'error-limit',
  'scyllaBench.errors.limitInARow': 'error-at-row-limit',
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
  if (said.has('latency-type') && (draft.maxRatePerSecond ?? 0) <= 0)
    complain('latency-type', 'has an effect only with -max-rate: without one nothing is late');
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

/** The requests of the passes that a line asks for. */
const ended = (spec: StressPlanSpec, bench: ScyllaBenchSpec): StressPlanSpec =>
  spec.stop.type === 'duration' || bench.passes === undefined
    ? spec
    : { ...spec, stop: { type: 'operations', count: bench.passes * requestsPerPass(bench, spec.rate.threads) } };

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
  const isWhole = draft.mode !== undefined && (draft.mode === 'scan' || draft.workload !== undefined);
  const form = formOfDraft(draft);
  const parsed = StressPlanSpec.safeParse(form);
  const bench = parsed.data?.scyllaBench;
  const spec = parsed.data && bench && ended(parsed.data, bench);
  const complaints = parsed.success
    ? spec && bench
      ? [...scyllaBenchProblems(bench, spec)]
      : []
    : issuesOf(parsed.error, form);
  for (const { path, message } of isWhole ? complaints : []) {
    const flag = FLAG_OF_FIELD[path];
    const place = flag === undefined ? path : `-${flag}`;
    if (!issues.some((issue) => issue.path === place)) issues.push({ path: place, message });
  }
  if (spec === undefined || issues.length > 0) throw failure(issues);
  return { spec, target: targetOf(draft), notes };
}
