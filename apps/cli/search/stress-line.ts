import { CodedError } from '#libs/contract/problem.js';
import type { Target } from '#libs/contract/target.js';
import { parseDoor } from '#libs/front-doors/front-door.js';
import { parseStressCommand, type ProfileText } from '#libs/stress/command-line.js';
import { PLAIN_OUTPUT } from '#libs/stress/command-output.js';
import type { StressCommand } from '#libs/workloads/stress/stress.schema.js';
import { isDocument } from '../run-file.js';
import { doorTarget } from '../stress/door-job.js';
import { targetOf } from '../stress/stress-target.js';

/** A line as it is read: what it says of the run and, where it says anything of it, of the target. */
interface ReadLine {
  spec: object;
  /** Names of what is said of the target, as the target calls them. */
  said: readonly string[];
  target: Target;
}

/** Fields of a target that a line says by a file of this machine. */
const BY_FILE: Readonly<Record<string, string>> = {
  transport: 'tls',
  contactPointsFile: 'contactPoints',
  credentialsFile: 'username',
};

const refused = (message: string): CodedError =>
  new CodedError('VALIDATION_FAILED', `the line cannot be probed: ${message}`);

const namesOf = (target: object): string[] =>
  Object.entries(target).flatMap(([name, value]) => (value === undefined ? [] : [BY_FILE[name] ?? name]));

function read({ command, from }: StressCommand, profileText: ProfileText): ReadLine {
  if (from !== undefined) {
    const { spec, target } = parseDoor(from, command);
    return { spec, said: namesOf(target), target: doorTarget(target) };
  }
  const { spec, target, auto, output } = parseStressCommand(command, profileText);
  if (auto !== undefined) throw refused('expected -rate threads=N, for a search has one number of threads, found auto');
  if (JSON.stringify(output) !== JSON.stringify(PLAIN_OUTPUT))
    throw refused('expected no -graph, no -log file or style, no -reporting: a search has one report (--report)');
  return { spec, said: namesOf(target), target: targetOf(target) };
}

/**
 * The structured form of a line of cassandra-stress or another tool without its warm-up and end, which are the search's, and
 * the target of the line and the `given` one together. Throws CodedError VALIDATION_FAILED.
 */
export function stressLine(
  line: StressCommand,
  profileText: ProfileText,
  given?: unknown,
): { spec: Record<string, unknown>; target: unknown } {
  const { spec, said, target } = read(line, profileText);
  const twice = isDocument(given) ? said.filter((name) => name in given) : [];
  if (twice.length > 0) throw refused(`expected ${twice.join(' and ')} once, found it in the target as well`);
  const { warmup: _warmup, stop: _stop, ...probe }: Record<string, unknown> = { ...spec };
  return {
    spec: line.engine === undefined ? probe : { ...probe, engine: line.engine },
    target: isDocument(given) ? { ...target, ...given } : (given ?? target),
  };
}
