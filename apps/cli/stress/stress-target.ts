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

/** A line of Java's properties: `cql.username=name`, also with a colon or blanks between. */
const PROPERTY = /^\s*(cql\.(?:username|password))\s*[=:\s]\s*(.*?)\s*$/;
const OTHERS = /^\s*((?:jmx|transport)\.[\w.]+)\s*[=:\s]/;

/** What `-credentials-file` says of the login. Throws CodedError VALIDATION_FAILED for what it says of anything else. */
function loginOf(path: string): { username?: string | undefined; password?: string | undefined } {
  const said = new Map<string, string>();
  for (const line of read('-credentials-file', path).split(/\r?\n/)) {
    const other = OTHERS.exec(line)?.[1];
    if (other !== undefined)
      throw new CodedError(
        'VALIDATION_FAILED',
        `-credentials-file: expected cql.username and cql.password, found ${other}`,
      );
    const [, name, value = ''] = PROPERTY.exec(line) ?? [];
    if (name !== undefined) said.set(name, value);
  }
  const login = { username: said.get('cql.username'), password: said.get('cql.password') };
  if (login.username !== undefined && login.password !== undefined) return login;
  throw new CodedError('VALIDATION_FAILED', `-credentials-file: expected cql.username and cql.password in ${path}`);
}

/** The target that a command line names, with what its files hold. Throws CodedError VALIDATION_FAILED. */
export function targetOf({
  contactPoints,
  contactPointsFile: file,
  credentialsFile,
  transport,
  ...rest
}: CommandTarget): Target {
  const login = credentialsFile === undefined ? {} : loginOf(credentialsFile);
  return Target.parse({
    ...login,
    contactPoints: contactPoints ?? (file === undefined ? [DEFAULT_NODE] : nodesOf(file)),
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...(transport && { tls: tlsOf(transport) }),
  });
}
