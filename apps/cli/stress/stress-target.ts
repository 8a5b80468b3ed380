import { readFileSync } from 'node:fs';
import { CodedError } from '#libs/contract/coded-error.js';
import { Target } from '#libs/contract/target.js';
import type { CommandTarget } from '#libs/stress/command-line.js';

/** Where cassandra-stress goes when no -node is given. */
const DEFAULT_NODE = '127.0.0.1';

/** One node on each line; blank lines and what follows a # are skipped. */
function nodesOf(path: string): string[] {
  const nodes = read('-node file', path)
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
  if (nodes.length > 0) return nodes;
  throw new CodedError('VALIDATION_FAILED', `-node file: expected a node on each line of ${path}, found none`);
}

export const pem = (option: string, path: string): string => read(`-transport ${option}`, path);

function read(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CodedError('VALIDATION_FAILED', `${option}: ${path} cannot be read: ${cause}`);
  }
}

/** As the original does by itself, the host's name is not compared with the certificate unless that is asked for. */
function tlsOf({ truststore, keystore, ciphers, verifyHostname = false }: NonNullable<CommandTarget['transport']>) {
  const client = keystore === undefined ? undefined : pem('-transport keystore', keystore);
  return {
    ...(truststore !== undefined && { caPem: pem('-transport truststore', truststore) }),
    ...(client !== undefined && { certPem: client, keyPem: client }),
    ...(ciphers !== undefined && { ciphers }),
    verifyHostname,
  };
}

/** The target that a command line names, with what its files hold. Throws CodedError VALIDATION_FAILED. */
export const targetOf = ({ contactPoints, contactPointsFile: file, transport, ...rest }: CommandTarget): Target =>
  Target.parse({
    contactPoints: contactPoints ?? (file === undefined ? [DEFAULT_NODE] : nodesOf(file)),
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...(transport && { tls: tlsOf(transport) }),
  });
