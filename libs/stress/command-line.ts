import { CodedError } from '#libs/contract/coded-error.js';
import type { Issue } from '#libs/contract/problem.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import { type CommandOutput, graphProblem, outputOf } from './command-output.js';
import { COMMAND_NAMES, commandOf } from './command-names.js';
import { populationOfDraft, type Draft, type TransportDraft } from './draft.js';
import { COMMAND_OPTIONS, OPTION_GROUPS, type OptionGroup } from './option-groups.js';
import { completeUser } from './profile/user-spec.js';
import { checkWhole } from './command-check.js';
import { GONE_GROUPS } from './target-options.js';
import { threadSearchOf, type ThreadSearch } from './thread-search.js';
import { cutWords, nearest, readOption } from './words.js';

const COMMANDS_NOT_YET = ['legacy'];
/** They answer with a text, and only where there is a terminal. */
const COMMANDS_THAT_TALK = ['print', 'help', 'version'];
const WRITE_THREADS = 200;
/** What a command line says of the target; absent where it says nothing. */
export interface CommandTarget {
  contactPoints?: string[] | undefined;
  /** A file of this machine with one node on each line, in place of contact points. */
  contactPointsFile?: string | undefined;
  port?: number | undefined;
  localDatacenter?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  /** A file of this machine with `cql.username` and `cql.password`; what the line says goes before. */
  credentialsFile?: string | undefined;
  /** Files of `-transport`, by which TLS is asked for. */
  transport?: TransportDraft | undefined;
}

export interface ParsedCommand {
  /** With a search of threads, its first run. */
  spec: StressPlanSpec;
  target: CommandTarget;
  auto: ThreadSearch | undefined;
  output: CommandOutput;
}

/** Reads the words of one group into the draft; every problem becomes an issue under `path`. */
function readGroup(path: string, group: OptionGroup, words: readonly string[], draft: Draft, issues: Issue[]): void {
  const known = Object.keys(group.options);
  for (const word of words) {
    const option = readOption(word);
    const apply = option && group.options[option.name];
    const [, side = '', bound = ''] = /^([a-z-]+[<>]=?)(.*)$/i.exec(word) ?? [];
    const compare = group.comparisons?.[side.toLowerCase()];
    if (apply) {
      const problem = apply(draft, option.value);
      if (problem !== undefined) issues.push({ path: `${path} ${option.name}`.trim(), message: problem });
    } else if (compare) {
      const problem = compare(draft, bound);
      if (problem !== undefined) issues.push({ path: `${path} ${side}`.trim(), message: problem });
    } else if (option && group.gone?.[option.name] !== undefined) {
      issues.push({ path: `${path} ${option.name}`, message: group.gone[option.name] ?? '' });
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

/** A run that nobody ends goes on until its rate is known. */
function stopOf({ count, durationMs, uncertainty }: Draft): unknown {
  if (count !== undefined) return { type: 'operations', count };
  return durationMs === undefined ? { type: 'uncertainty', ...uncertainty } : { type: 'duration', durationMs };
}

/** The structured form; `draft` has been checked. What was not said gets the schema's defaults. */
function specOf(draft: Draft, operation: StressPlanSpec['operation']): unknown {
  const threads = threadSearchOf(draft, operation)?.minThreads ?? draft.threads ?? WRITE_THREADS;
  const { fixedPerSecond: ratePerSecond, throttlePerSecond } = draft;
  return {
    operation,
    user: draft.operations && { profiles: draft.texts, operations: draft.operations },
    ratio: draft.ratio,
    clustering: draft.clustering,
    increment: draft.increment,
    stop: stopOf(draft),
    consistencyLevel: draft.consistencyLevel,
    serialConsistencyLevel: draft.serialConsistencyLevel,
    insert: draft.insert,
    tokenRange: draft.tokenRange,
    warmup: draft.warmup,
    keySizeBytes: draft.keySizeBytes,
    population: populationOfDraft(draft),
    contents: draft.contents,
    truncate: draft.truncate,
    columns: {
      count: draft.columnNames?.length ?? draft.columnCount,
      names: draft.columnNames,
      size: draft.columnSize,
      timestampUs: draft.timestampUs,
      slice: draft.slice,
    },
    schema: {
      keyspace: draft.keyspace,
      replication: draft.replication,
      compaction: draft.compaction,
      compression: draft.compression,
      storage: draft.storage,
    },
    rate:
      ratePerSecond === undefined
        ? { model: 'closed', threads, throttlePerSecond }
        : { model: 'open', threads, ratePerSecond, arrival: draft.arrival },
    lanes: draft.lanes,
    errors: {
      retries: draft.retries ?? 9,
      retryOverloaded: draft.retryOverloaded ?? false,
      ignore: draft.ignoreErrors ?? false,
      skipReadValidation: draft.skipReadValidation ?? false,
      failFast: draft.failFast,
      overloadDelay: draft.delay,
    },
    connection: {
      requestTimeoutMs: draft.requestTimeoutMs,
      connectTimeoutMs: draft.connectTimeoutMs,
      controlConnectionTimeoutMs: draft.controlConnectionTimeoutMs,
      connectionsPerNode: draft.connectionsPerNode,
      inFlightPerConnection: draft.inFlightPerConnection,
      caseInsensitive: draft.caseInsensitive,
      prepared: draft.prepared,
      compression: draft.frameCompression,
      onlyContactPoints: draft.onlyContactPoints,
      localRack: draft.rack,
    },
    metricsUrls: draft.metricsUrls,
    log: {
      intervalMs: draft.intervalMs,
      hdrFile: draft.hdrFile,
      statements: draft.printStatements,
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
  'errors.overloadDelay.minMs': '-errors min-delay-ms',
  'errors.overloadDelay.maxMs': '-errors max-delay-ms',
  'stop.durationMs': 'duration',
  'stop.relativeError': 'err<',
  'stop.minIntervals': 'n>',
  'stop.maxIntervals': 'n<',
  keySizeBytes: 'keysize',
  metricsUrls: '-node metrics',
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
const DATA_GROUPS = ['col', 'schema'];

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
    else if (GONE_GROUPS[name] !== undefined) issues.push({ path: `-${name}`, message: GONE_GROUPS[name] });
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
  const { nodes: contactPoints, nodesFile: contactPointsFile, username, password, transport, credentialsFile } = draft;
  const { datacenter: localDatacenter, port = draft.modePort } = draft;
  return {
    spec: completeUser(parsed.data),
    target: { contactPoints, contactPointsFile, port, localDatacenter, username, password, transport, credentialsFile },
    auto: threadSearchOf(draft, operation),
    output: outputOf(draft),
  };
}
