import { formatEndpoint } from '#libs/contract/endpoint.js';
import type { Issue } from '#libs/contract/problem.js';
import { Target } from '#libs/contract/target.js';
import { parseConnectString } from '#libs/zk/connect-string.js';
import type { ZookeeperSpec, ZookeeperTarget } from './zookeeper.schema.js';

const PORT = 2181;

type Whole = { run: { spec: ZookeeperSpec; target: Target }; issues: [] } | { run: undefined; issues: Issue[] };

/** What a run works on, as every kind stores it: the servers of the connect string in the target, its chroot in the specification. */
export function zookeeperRun(spec: ZookeeperSpec, target: ZookeeperTarget): Whole {
  const { connectString, ...rest } = target;
  const { servers, chroot } = parseConnectString(connectString);
  const issues: Issue[] = [];
  if (chroot !== '' && spec.chroot !== undefined)
    issues.push({ path: 'spec.chroot', message: `expected none beside that of the connect string, ${chroot}` });
  if (spec.login !== 'none' && target.username === undefined)
    issues.push({ path: 'target.username', message: `expected a username for login ${spec.login}, found nothing` });
  if (spec.login === 'none' && target.username !== undefined)
    issues.push({ path: 'spec.login', message: 'expected digest or sasl, which say how the username is used' });
  const ports = spec.metrics?.adminPorts;
  if (ports !== undefined && ports.length !== servers.length)
    issues.push({ path: 'spec.metrics.adminPorts', message: `expected ${servers.length}, one for each server` });
  if (spec.metrics?.source === 'mntr' && target.tls !== undefined)
    issues.push({ path: 'spec.metrics.source', message: 'expected admin: a TLS port takes no four-letter words' });
  if (issues.length > 0) return { run: undefined, issues };
  const whole = Target.parse({ ...rest, contactPoints: servers.map(formatEndpoint), port: PORT });
  return { run: { spec: { ...spec, ...(chroot !== '' && { chroot }) }, target: whole }, issues: [] };
}
