import { existsSync } from 'node:fs';
import { CodedError } from '#libs/contract/coded-error.js';
import { Target } from '#libs/contract/target.js';
import { type DoorTarget, FRONT_DOORS, formatDoor, joinWords, parseDoor } from '#libs/front-doors/front-door.js';
import { nearest } from '#libs/stress/words.js';
import type { StoredStressSpec } from '#libs/workloads/stress/stress.schema.js';
import type { Terminal } from '../terminal.js';
import type { LocalCommand } from './split-stress.js';
import { pem } from './stress-target.js';

/** Where these tools go when no node is given. */
const DEFAULT_NODE = '127.0.0.1';

/** A tool of `--from`. Throws CodedError VALIDATION_FAILED. */
export function doorOf(name: string): (typeof FRONT_DOORS)[number] {
  const door = FRONT_DOORS.find((known) => known === name);
  if (door) return door;
  const meant = nearest(name, FRONT_DOORS);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  throw new CodedError(
    'VALIDATION_FAILED',
    `--from: expected ${FRONT_DOORS.join(' or ')}, found ${name || 'nothing'}${hint}`,
  );
}

/** A workload file of YCSB; undefined when there is none. */
const fileText = (path: string): string | undefined => (existsSync(path) ? pem('-P', path) : undefined);

const file = (option: string, path: string | undefined): string | undefined =>
  path === undefined ? undefined : pem(option, path);

/** The target that a line names, with what its files hold. Throws CodedError VALIDATION_FAILED. */
export function doorTarget({ contactPoints = [DEFAULT_NODE], tls, ...rest }: DoorTarget): Target {
  const told = tls && {
    verify: tls.verify,
    verifyHostname: tls.verify,
    caPem: file('-tls-ca-cert-file', tls.caFile),
    certPem: file('-tls-client-cert-file', tls.certFile),
    keyPem: file('-tls-client-key-file', tls.keyFile),
  };
  // Leaves out what is undefined, so that the schema's defaults apply.
  return Target.parse(JSON.parse(JSON.stringify({ contactPoints, ...rest, tls: told })));
}

/** What another tool's command line asks for. Throws CodedError VALIDATION_FAILED with every problem at once. */
export function readDoor(
  from: string,
  { args, engine }: LocalCommand,
  terminal: Terminal,
): { spec: StoredStressSpec; target: Target } {
  const { spec, target, notes } = parseDoor(doorOf(from), joinWords(args), fileText);
  if (engine === 'driver')
    throw new CodedError('VALIDATION_FAILED', `--engine driver: lines of ${from} run on the wire engine only`);
  for (const note of notes) terminal.remark(`note: ${note}`);
  return { spec: { ...spec, command: formatDoor(spec, target) ?? '' }, target: doorTarget(target) };
}
