/** One server of an ensemble. */
export interface ServerAddress {
  host: string;
  port: number;
}

export interface ConnectString {
  servers: ServerAddress[];
  /** Prefix of every path, without a slash at its end; empty: none. */
  chroot: string;
}

const DEFAULT_PORT = 2181;

/**
 * Reads `host[:port][,host[:port]...][/chroot]`; an IPv6 address is written in brackets. Throws RangeError that lists every
 * problem.
 */
export function parseConnectString(text: string): ConnectString {
  const slash = text.indexOf('/');
  const list = slash === -1 ? text : text.slice(0, slash);
  const chroot = slash === -1 ? '' : text.slice(slash).replace(/\/$/, '');
  const problems: string[] = [];
  const servers = list.split(',').map((part) => readServer(part.trim(), problems));
  const wrongPath = chroot === '' ? undefined : pathProblem(chroot);
  if (wrongPath !== undefined) problems.push(`chroot '${chroot}': ${wrongPath}`);
  if (problems.length > 0) throw new RangeError(`connect string '${text}': ${problems.join('; ')}`);
  return { servers, chroot };
}

function readServer(text: string, problems: string[]): ServerAddress {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+))(?::(\d+))?$/.exec(text);
  const host = found?.[1] ?? found?.[2] ?? '';
  const port = found?.[3] === undefined ? DEFAULT_PORT : Number(found[3]);
  if (host === '') problems.push(`expected host:port, found '${text}'`);
  else if (port < 1 || port > 65_535) problems.push(`expected a port from 1 to 65535, found '${text}'`);
  return { host, port };
}

/** Why a path is none, or undefined (PathUtils.validatePath of the server, as far as it is text). */
export function pathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return `expected a path that begins with '/', found '${path}'`;
  if (path.length > 1 && path.endsWith('/')) return `expected a path that does not end with '/', found '${path}'`;
  if (path.includes('//')) return `expected no empty name, found '${path}'`;
  if (path.includes('\0')) return 'expected no null character in a path';
  if (path.split('/').some((name) => name === '.' || name === '..'))
    return `expected no relative names, found '${path}'`;
  return undefined;
}

/** Path on the server of a path below the chroot. Throws RangeError for what is no path. */
export function fullPath(chroot: string, path: string): string {
  const problem = pathProblem(path);
  if (problem !== undefined) throw new RangeError(problem);
  if (chroot === '') return path;
  return path === '/' ? chroot : chroot + path;
}

/** The reverse of `fullPath`. */
export function innerPath(chroot: string, path: string): string {
  if (chroot === '' || !path.startsWith(chroot)) return path;
  return path.length === chroot.length ? '/' : path.slice(chroot.length);
}
