import { CodedError, type Issue } from '#libs/contract/problem.js';
import type { Placement } from '#libs/contract/run.js';
import { Target } from '#libs/contract/target.js';
import { doorProblems } from '#libs/front-doors/door-check.js';
import { formatDoor, parseDoor } from '#libs/front-doors/front-door.js';
import { formatStressCommand } from '#libs/stress/command-format.js';
import { type CommandTarget, parseStressCommand, type ProfileText } from '#libs/stress/command-line.js';
import { PLAIN_OUTPUT } from '#libs/stress/command-output.js';
import { completeUser } from '#libs/stress/profile/user-spec.js';
import type { StressCommand, StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { Define, Definition } from './definition.js';
import { levelRefused, outputRefused } from './stress-output-refused.js';

const refused = (...issues: Issue[]): Definition<'stress'> => ({ run: undefined, issues });

/** A stress run in both forms, whichever was posted. */
export const defineStress: Define<'stress'> = ({ spec, target, placement }) =>
  'command' in spec ? defineCommand(spec, target, placement) : defineStructured(spec, target, placement);

/** Ends that one executor decides by its own intervals. */
const ONE_EXECUTOR = 'expected one executor, whose intervals decide when the rate is known well enough, found';

function defineStructured(
  spec: StressPlanSpec,
  target: Target | undefined,
  { executors }: Placement,
): Definition<'stress'> {
  const issues: Issue[] = [];
  if (spec.stop.type === 'uncertainty' && executors > 1)
    issues.push({ path: 'spec.stop', message: `${ONE_EXECUTOR} ${executors}` });
  if (target === undefined) issues.push({ path: 'target', message: 'expected an object, found nothing' });
  if (spec.log.hdrFile !== undefined) issues.push({ path: 'spec.log.hdrFile', message: NO_FILE });
  issues.push(...levelRefused(spec, 'spec.log.level'));
  issues.push(...doorIssues(spec), ...truncateIssues(spec, executors, 'spec.truncate'));
  const complete = completed(spec, issues);
  if (target === undefined || complete === undefined || issues.length > 0) return refused(...issues);
  const command = commandOf(complete, target);
  return {
    run: { kind: 'stress', spec: { ...complete, command }, target },
    contactPointPath: (index) => `target.contactPoints[${index}]`,
    issues: [],
  };
}

/** The run as a line of the tool whose words it is in. */
const commandOf = (spec: StressPlanSpec, target: Omit<CommandTarget, 'transport'>): string =>
  formatDoor(spec, target) ?? formatStressCommand(spec, target);

/** Nobody knows when the other executors are warm. */
const truncateIssues = (spec: StressPlanSpec, executors: number, path: string): Issue[] =>
  spec.truncate !== 'never' && spec.warmup && executors > 1
    ? [{ path, message: `truncate: expected no warm-up (no-warmup) with several executors, found ${executors}` }]
    : [];

/** What does not fit together in a run of another tool. */
const doorIssues = (spec: StressPlanSpec): Issue[] =>
  doorProblems(spec).map(({ path, message }) => ({ path: `spec.${path}`, message }));

/** The spec with what its profiles say; undefined, and why among the issues, when they cannot be used. */
function completed(spec: StressPlanSpec, issues: Issue[]): StressPlanSpec | undefined {
  try {
    return completeUser(spec);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    issues.push(...error.issues.map(({ path, message }) => ({ path: `spec.user ${path}`, message })));
    return undefined;
  }
}

function defineCommand(
  { command: line, from, engine, profiles }: StressCommand,
  posted: Target | undefined,
  { executors }: Placement,
): Definition<'stress'> {
  const parsed = read(line, profiles, from);
  if ('issues' in parsed) return refused(...parsed.issues);
  const spec = engine === undefined ? parsed.spec : { ...parsed.spec, engine };
  const { transport, contactPointsFile, credentialsFile, ...said } = parsed.target;
  const { target, issues } = join(posted, said);
  if (spec.log.hdrFile !== undefined) issues.push({ path: 'spec.command', message: `-log hdrfile: ${NO_FILE}` });
  issues.push(...outputRefused(parsed.output), ...levelRefused(spec, 'spec.command'));
  if (parsed.auto !== undefined) issues.push({ path: 'spec.command', message: NO_SEARCH });
  if (spec.stop.type === 'uncertainty' && executors > 1)
    issues.push({ path: 'spec.command', message: `err<: ${ONE_EXECUTOR} ${executors}` });
  if (contactPointsFile !== undefined)
    issues.push({ path: 'spec.command', message: '-node file: expected target.contactPoints in its place' });
  if (credentialsFile !== undefined)
    issues.push({
      path: 'spec.command',
      message: '-credentials-file: expected target.username and target.password in its place',
    });
  issues.push(...doorIssues(spec), ...truncateIssues(spec, executors, 'spec.command'));
  if (transport !== undefined)
    issues.push({ path: 'spec.command', message: 'TLS: expected target.tls with PEM texts in its place' });
  if (target === undefined || issues.length > 0) return refused(...issues);
  // A line with a password is written anew: there are too many ways to quote one for it to be cut out safely.
  const command = parsed.target.password === undefined ? line : commandOf(spec, said);
  const contactPointPath = (index: number) =>
    posted === undefined ? 'spec.command' : `target.contactPoints[${index}]`;
  return { run: { kind: 'stress', spec: { ...spec, command }, target }, contactPointPath, issues: [] };
}

/** One run has one number of threads; only a terminal has the patience for a row of runs behind one line. */
const NO_SEARCH =
  '-rate auto: expected -rate threads=N; a search of the number of threads is a row of runs, which tidemark stress does from the command line, and here is one request for each number';

/** Executors must not write where a caller says. */
const NO_FILE = 'expected no file: the service keeps every histogram, GET /v1/runs/{id}/hdr answers the same log';

function read(
  line: string,
  profiles: StressCommand['profiles'],
  from: StressCommand['from'],
): ReturnType<typeof parseStressCommand> | { issues: Issue[] } {
  const profileText: ProfileText = (file) => {
    const yaml = profiles?.[file];
    return yaml === undefined ? { problem: 'expected its YAML in spec.profiles, found none' } : { yaml };
  };
  try {
    return from === undefined ? parseStressCommand(line, profileText) : readDoor(from, line);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return {
      issues: error.issues.map(({ path, message }) => ({ path: 'spec.command', message: `${path}: ${message}` })),
    };
  }
}

/** A line of another tool, whose notes only a terminal shows. */
function readDoor(from: NonNullable<StressCommand['from']>, line: string): ReturnType<typeof parseStressCommand> {
  const { spec, target } = parseDoor(from, line);
  const { tls, ...said } = target;
  return { spec, target: { ...said, ...(tls && { transport: {} }) }, auto: undefined, output: PLAIN_OUTPUT };
}

/** What of a command's target is said in its own words, and not in a file of the caller's. */
type Said = Omit<CommandTarget, 'transport' | 'contactPointsFile' | 'credentialsFile'>;

/** Where the command says it, by field of the target. */
const OPTIONS = {
  contactPoints: '-node',
  port: '-port native',
  localDatacenter: '-node datacenter',
  username: '-mode user',
  password: '-mode password',
} as const satisfies Record<keyof Said, string>;

/** The target of body and command together; what both say is refused, for one of them would be ignored. */
function join(posted: Target | undefined, said: Said): { target: Target | undefined; issues: Issue[] } {
  const fields = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  if (posted === undefined && said.contactPoints === undefined) {
    const message = 'expected a target, or -node in the command, found neither';
    return { target: undefined, issues: [{ path: 'target', message }] };
  }
  const issues = Object.entries(OPTIONS).flatMap(([field, option]) =>
    field in fields && posted !== undefined && saysItself(posted, field)
      ? [{ path: 'spec.command', message: `${option}: expected it once, found it in target.${field} as well` }]
      : [],
  );
  return { target: Target.parse({ ...posted, ...fields }), issues };
}

/** `port` has a default, so only another than 9042 shows that it was given. */
const saysItself = (target: Target, field: string): boolean =>
  field === 'port'
    ? target.port !== 9042
    : Object.entries(target).some(([name, value]) => name === field && value !== undefined);
