import { formatEndpoint } from '#libs/contract/endpoint.js';
import type { Issue } from '#libs/contract/problem.js';
import { Target } from '#libs/contract/target.js';
import { parseConnectString } from '#libs/zk/connect-string.js';
import type { ZookeeperSpec, ZookeeperTarget } from './zookeeper.schema.js';

const PORT = 2181;

/** What a stored target and its chroot were posted as. */
export function postedEnsemble(target: Target, chroot = ''): ZookeeperTarget {
  const { contactPoints, port: _port, localDatacenter: _none, ...rest } = target;
  return { ...rest, connectString: `${contactPoints.join(',')}${chroot}` };
}

/** An ensemble as every kind stores it: servers as contact points, and the chroot, empty without one. */
export function storedEnsemble({ connectString, ...rest }: ZookeeperTarget): { target: Target; chroot: string } {
  const { servers, chroot } = parseConnectString(connectString);
  return { target: Target.parse({ ...rest, contactPoints: servers.map(formatEndpoint), port: PORT }), chroot };
}

type Whole = { run: { spec: ZookeeperSpec; target: Target }; issues: [] } | { run: undefined; issues: Issue[] };

/** What a run works on, as every kind stores it: the servers of the connect string in the target, its chroot in the specification. */
export function zookeeperRun(spec: ZookeeperSpec, target: ZookeeperTarget): Whole {
  const { target: whole, chroot } = storedEnsemble(target);
  const issues: Issue[] = [];
  if (chroot !== '' && spec.chroot !== undefined)
    issues.push({ path: 'spec.chroot', message: `expected none beside that of the connect string, ${chroot}` });
  if (spec.login !== 'none' && target.username === undefined)
    issues.push({ path: 'target.username', message: `expected a username for login ${spec.login}, found nothing` });
  if (spec.login === 'none' && target.username !== undefined)
    issues.push({ path: 'spec.login', message: 'expected digest or sasl, which say how the username is used' });
  const ports = spec.metrics?.adminPorts;
  if (ports !== undefined && ports.length !== whole.contactPoints.length)
    issues.push({
      path: 'spec.metrics.adminPorts',
      message: `expected ${whole.contactPoints.length}, one for each server`,
    });
  if (spec.metrics?.source === 'mntr' && target.tls !== undefined)
    issues.push({ path: 'spec.metrics.source', message: 'expected admin: a TLS port takes no four-letter words' });
  if (issues.length > 0) return { run: undefined, issues };
  return { run: { spec: { ...spec, ...(chroot !== '' && { chroot }) }, target: whole }, issues: [] };
}
