import { issuesOf } from '#libs/contract/issues.js';
import { CodedError } from '#libs/contract/problem.js';
import { StressCommand } from '#libs/workloads/stress/stress.schema.js';
import { type Document, isDocument } from '../run-file.js';
import { readProfile } from '../stress/profile-text.js';
import { stressLine } from './stress-line.js';

/** The search of a run that is to be made at each rate, with all that was said beside it: not checked yet. */
const searchOf = ({ kind, spec, ...said }: Document): Document => ({ ...said, spec: { probe: { kind, spec } } });

/** The search that probes a cassandra-stress line. Throws CodedError VALIDATION_FAILED. */
export const probedLine = (line: string): Document =>
  searchOf({ kind: 'stress', ...stressLine({ command: line }, readProfile) });

/** A stress run in the short form, in structured form: only there it has a rate and an end that can be replaced. */
function structured(run: Document): Document {
  const { kind, spec, target } = run;
  if (kind !== 'stress' || !isDocument(spec) || !('command' in spec)) return run;
  const command = StressCommand.safeParse(spec);
  if (!command.success)
    throw new CodedError('VALIDATION_FAILED', 'this is no stress run', issuesOf(command.error, spec));
  const { profiles = {} } = command.data;
  return {
    ...run,
    ...stressLine(
      command.data,
      (file) => {
        const yaml = profiles[file];
        return yaml === undefined ? { problem: 'expected its YAML in spec.profiles, found none' } : { yaml };
      },
      target,
    ),
  };
}

/**
 * The search of a file: of the run that it defines, as `tidemark run` takes it, or as it stands when it defines a search
 * already. Throws CodedError VALIDATION_FAILED.
 */
export function probedFile(document: unknown): Document {
  if (!isDocument(document))
    throw new CodedError('VALIDATION_FAILED', '--file: expected a run definition, as tidemark run takes it');
  return document['kind'] === 'search' ? document : searchOf(structured(document));
}
