import { CodedError } from '#libs/contract/coded-error.js';
import type { Issue } from '#libs/contract/problem.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { type CommandOutput, graphProblem, outputOf } from './command-output.js';
import { COMMAND_NAMES, commandOf } from './command-names.js';
import { populationOfDraft, type Draft, type TransportDraft } from './draft.js';
import { COMMAND_OPTIONS, OPTION_GROUPS, type OptionGroup } from './option-groups.js';
import { completeUser } from './profile/user-spec.js';
import { cutWords, nearest, readOption } from './words.js';

const COMMANDS_NOT_YET = ['legacy'];
/** They answer with a text, and only where there is a terminal. */
const COMMANDS_THAT_TALK = ['print', 'help', 'version'];
const WRITE_THREADS = 200;

/** What a command line says of the target; absent where it says nothing. */
export interface CommandTarget {
  contactPoints?: string[] | undefined;
  port?: number | undefined;
  localDatacenter?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  /** Files of `-transport`, by which TLS is asked for. */
  transport?: TransportDraft | undefined;
}

export interface ParsedCommand {
  spec: StressPlanSpec;
  target: CommandTarget;
  output: CommandOutput;
}

/** Reads the words of one group into the draft; every problem becomes an issue under `path`. */
function readGroup(path: string, group: OptionGroup, words: readonly string[], draft: Draft, issues: Issue[]): void {
  const known = Object.keys(group.options);
  for (const word of words) {
    const option = readOption(word);
    const apply = option && group.options[option.name];
    const comparison = /^([a-z-]+)(<=?|>=?)/i.exec(word);
    if (apply) {
      const problem = apply(draft, option.value);
      if (problem !== undefined) issues.push({ path: `${path} ${option.name}`.trim(), message: problem });
    } else if (comparison) {
      issues.push({
        path: `${path} ${comparison[1]}`.trim(),
        message: `${word} is not supported yet: give a number or a time to stop at, and threads=N`,
      });
    } else if (option && group.notYet.includes(option.name)) {
      issues.push({ path: `${path} ${option.name}`.trim(), message: `${option.name} is not supported yet` });
    } else if (group.bare && (option === undefined || option.value === undefined)) {
      const problem = group.bare(draft, word);
      if (problem !== undefined) issues.push({ path, message: problem });
    } else {
      const meant = nearest(option?.name ?? word, known);
      const hint = meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${meant}?`;
      issues.push({ path: `${path} ${option?.name ?? word}`.trim(), message: `unknown option ${word}; ${hint}` });
    }
  }
}

function readCommand(name: string, issues: Issue[]): StressPlanSpec['operation'] {
  const operation = commandOf(name);
  if (operation) return operation;
  const meant = nearest(name, [...COMMAND_NAMES, ...COMMANDS_NOT_YET]);
  const expected = `expected ${COMMAND_NAMES.join(', ')}`;
  const message = COMMANDS_THAT_TALK.includes(name)
    ? `${name} runs nothing: say it on the command line, tidemark stress ${name}`
    : COMMANDS_NOT_YET.includes(name)
      ? `the command ${name} is not supported yet; ${expected}`
      : `unknown command ${name === '' ? '(none)' : name}; ${meant === undefined ? expected : `did you mean ${meant}?`}`;
  issues.push({ path: 'command', message });
  return 'write';
}

/** What only shows when everything is read: what is missing, and what excludes each other. */
function checkWhole(draft: Draft, operation: StressPlanSpec['operation'], issues: Issue[]): void {
  if (draft.count !== undefined && draft.durationMs !== undefined)
    issues.push({ path: 'n', message: 'expected n= or duration=, found both' });
  const badEnd = issues.some(({ path }) => path === 'n' || path === 'duration');
  if (draft.count === undefined && draft.durationMs === undefined && !badEnd) {
    issues.push({
      path: 'n',
      message: 'expected n= or duration=, found neither; running until the error is small (err<) is not supported yet',
    });
  }
  if (draft.throttlePerSecond !== undefined && draft.fixedPerSecond !== undefined) {
    issues.push({ path: '-rate fixed', message: 'expected fixed= or throttle=, found both' });
  }
  if (draft.arrival !== undefined && draft.fixedPerSecond === undefined) {
    issues.push({ path: '-rate arrival', message: 'expected fixed= beside arrival=, found none' });
  }
  if (draft.threads === undefined && !(operation.endsWith('write') && draft.count !== undefined)) {
    issues.push({
      path: '-rate threads',
      message: 'expected -rate threads=N; searching the number of threads (auto) is not supported yet',
    });
  }
  if (draft.sequence && draft.distribution)
    issues.push({ path: '-pop seq', message: 'expected seq= or dist=, found both' });
  if (draft.noWrap === true && !draft.sequence)
    issues.push({ path: '-pop no-wrap', message: 'expected seq= beside no-wrap, found none' });
  if (draft.readLookback && !draft.sequence)
    issues.push({ path: '-pop read-lookback', message: 'expected seq= beside read-lookback=, found none' });
  if (draft.columnNames && draft.columnCount !== undefined)
    issues.push({ path: '-col names', message: 'expected names= or n=, found both' });
  if (draft.ratio && operation !== 'mixed')
    issues.push({ path: 'ratio', message: `expected the command mixed, found ${operation}` });
  if (draft.clustering && operation !== 'mixed' && operation !== 'user')
    issues.push({ path: 'clustering', message: `expected the command mixed or user, found ${operation}` });
  if (operation === 'user') {
    if (!draft.profiles) issues.push({ path: 'profile', message: 'expected profile=FILE, found none' });
    if (!draft.operations) issues.push({ path: 'ops', message: 'expected ops(insert=1), found none' });
  } else if (draft.profiles || draft.operations)
    issues.push({ path: 'profile', message: `expected the command user, found ${operation}` });
}

/** The structured form; `draft` has been checked. What was not said gets the schema's defaults. */
function specOf(draft: Draft, operation: StressPlanSpec['operation']): unknown {
  const threads = draft.threads ?? WRITE_THREADS;
  const { fixedPerSecond: ratePerSecond, throttlePerSecond } = draft;
  const stop =
    draft.count === undefined
      ? { type: 'duration', durationMs: draft.durationMs }
      : { type: 'operations', count: draft.count };
  return {
    operation,
    user: draft.operations && { profiles: draft.texts, operations: draft.operations },
    ratio: draft.ratio,
    clustering: draft.clustering,
    increment: draft.increment,
    stop,
    consistencyLevel: draft.consistencyLevel,
    warmup: draft.warmup,
    keySizeBytes: draft.keySizeBytes,
    population: populationOfDraft(draft),
    truncate: draft.truncate,
    columns: {
      count: draft.columnNames?.length ?? draft.columnCount,
      names: draft.columnNames,
      size: draft.columnSize,
      timestampUs: draft.timestampUs,
    },
    schema: {
      keyspace: draft.keyspace,
      replication: draft.replication,
      compaction: draft.compaction,
      compression: draft.compression,
    },
    rate:
      ratePerSecond === undefined
        ? { model: 'closed', threads, throttlePerSecond }
        : { model: 'open', threads, ratePerSecond, arrival: draft.arrival },
    lanes: draft.lanes,
    errors: {
      retries: draft.retries ?? 9,
      ignore: draft.ignoreErrors ?? false,
      skipReadValidation: draft.skipReadValidation ?? false,
    },
    connection: {
      requestTimeoutMs: draft.requestTimeoutMs,
      connectTimeoutMs: draft.connectTimeoutMs,
      controlConnectionTimeoutMs: draft.controlConnectionTimeoutMs,
      connectionsPerNode: draft.connectionsPerNode,
      inFlightPerConnection: draft.inFlightPerConnection,
      caseInsensitive: draft.caseInsensitive,
      prepared: draft.prepared,
      onlyContactPoints: draft.onlyContactPoints,
    },
    log: {
      intervalMs: draft.intervalMs,
      hdrFile: draft.hdrFile,
      level: draft.logLevel,
      settings: draft.noSettings === undefined ? undefined : !draft.noSettings,
      summary: draft.noSummary === undefined ? undefined : !draft.noSummary,
    },
  };
}

/** Where a field of the structured form is said on the command line, for the schema's own complaints. */
const OPTION_OF_FIELD: Readonly<Record<string, string>> = {
  'rate.threads': '-rate threads',
  'rate.ratePerSecond': '-rate fixed',
  'rate.throttlePerSecond': '-rate throttle',
  lanes: '-rate processes',
  'schema.keyspace': '-schema keyspace',
  'columns.count': '-col n',
  'columns.size.value': '-col size',
  'log.intervalMs': '-log interval',
  'stop.count': 'n',
  'stop.durationMs': 'duration',
  keySizeBytes: 'keysize',
};

const failure = (issues: readonly Issue[]): CodedError =>
  new CodedError(
    'VALIDATION_FAILED',
    `the stress command cannot be run: ${issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}`,
    issues,
  );

/** The YAML of a file that profile= names, or why there is none. */
export type ProfileText = (file: string) => { yaml: string } | { problem: string };
const NO_PROFILES: ProfileText = () => ({ problem: 'expected its YAML beside the command, found none' });

/** Groups that say what a profile says. */
const DATA_GROUPS = ['col', 'schema', 'insert'];

function readTexts(draft: Draft, profileText: ProfileText, issues: Issue[]): void {
  draft.texts = (draft.profiles ?? []).flatMap((name) => {
    const text = profileText(name);
    if ('yaml' in text) return [{ name, yaml: text.yaml }];
    issues.push({ path: `profile ${name}`, message: text.problem });
    return [];
  });
}

/**
 * Reads a cassandra-stress command line into the structured form. Throws CodedError VALIDATION_FAILED with every problem
 * at once, each under the option it is about; nothing is accepted and ignored.
 */
export function parseStressCommand(line: string, profileText: ProfileText = NO_PROFILES): ParsedCommand {
  const { command, words, groups } = cutWords(line);
  const issues: Issue[] = [];
  const draft: Draft = {};
  const operation = readCommand(command, issues);
  readGroup('', COMMAND_OPTIONS, words, draft, issues);
  const seen = new Set<string>();
  for (const { name, words: groupWords } of groups) {
    const group = OPTION_GROUPS[name];
    if (seen.has(name)) issues.push({ path: `-${name}`, message: `expected -${name} once, found it twice` });
    seen.add(name);
    if (group) readGroup(`-${name}`, group, groupWords, draft, issues);
    else if (group === null) issues.push({ path: `-${name}`, message: `-${name} is not supported yet` });
    else {
      const meant = nearest(name, Object.keys(OPTION_GROUPS));
      issues.push({
        path: `-${name}`,
        message: `unknown group -${name}${meant === undefined ? '' : `; did you mean -${meant}?`}`,
      });
    }
  }
  checkWhole(draft, operation, issues);
  const graph = seen.has('graph') ? graphProblem(draft.output) : undefined;
  if (graph !== undefined) issues.push({ path: '-graph file', message: graph });
  if (operation === 'user') {
    readTexts(draft, profileText, issues);
    for (const name of DATA_GROUPS.filter((group) => seen.has(group)))
      issues.push({ path: `-${name}`, message: `expected no -${name} with user: the profile says it` });
  }
  if (issues.length > 0) throw failure(issues);
  const parsed = StressPlanSpec.safeParse(JSON.parse(JSON.stringify(specOf(draft, operation))));
  if (!parsed.success) {
    throw failure(
      parsed.error.issues.map(({ path, message }) => ({
        path: OPTION_OF_FIELD[path.join('.')] ?? path.join('.'),
        message,
      })),
    );
  }
  const { nodes: contactPoints, port, datacenter: localDatacenter, username, password, transport } = draft;
  return {
    spec: completeUser(parsed.data),
    target: { contactPoints, port, localDatacenter, username, password, transport },
    output: outputOf(draft),
  };
}
