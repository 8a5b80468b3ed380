import { CodedError } from '#libs/contract/problem.js';
import { isDocument } from '../run-file.js';

/** What flags say of the target of a run of runs. */
export interface TargetFlags {
  /** Contact points with commas between them. */
  node?: string;
  /** A connect string. */
  hosts?: string;
}

/** The target of a file with what flags say of it; undefined when neither says anything. Throws CodedError VALIDATION_FAILED. */
export function targetOf(said: unknown, { node, hosts }: TargetFlags): unknown {
  if (node !== undefined && hosts !== undefined)
    throw new CodedError('VALIDATION_FAILED', 'expected --node, of a CQL cluster, or --hosts, of a ZooKeeper ensemble');
  const given = isDocument(said) ? said : {};
  if (node !== undefined) return { ...given, contactPoints: node.split(',') };
  return hosts === undefined ? said : { ...given, connectString: hosts };
}
