import { readFileSync } from 'node:fs';
import { CodedError } from '#libs/contract/coded-error.js';
import { Target } from '#libs/contract/target.js';
import type { CommandTarget } from '#libs/stress/command-line.js';

/** Where cassandra-stress goes when no -node is given. */
const DEFAULT_NODE = '127.0.0.1';

export function pem(option: string, path: string): string {
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
export const targetOf = ({ contactPoints, transport, ...rest }: CommandTarget): Target =>
  Target.parse({
    contactPoints: contactPoints ?? [DEFAULT_NODE],
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...(transport && { tls: tlsOf(transport) }),
  });
