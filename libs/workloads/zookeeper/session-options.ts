import type { Target } from '#libs/contract/target.js';
import { CREATOR_ACCESS, OPEN_ACCESS, type AccessRule } from '#libs/zk/jute-writer.js';
import type { SessionOptions } from '#libs/zk/session-options.js';
import type { ZookeeperSpec } from './zookeeper.schema.js';

/** Late answers keep their place for so long: room beside what is in flight. */
const LATE_ROOM = 64;

/** What a session to the run's ensemble is opened with. */
export function sessionOptionsOf(spec: ZookeeperSpec, target: Target): SessionOptions {
  const { username, password = '', tls } = target;
  const login = username === undefined ? undefined : { username, password };
  return {
    connectString: target.contactPoints.join(',') + (spec.chroot ?? ''),
    sessionTimeoutMs: spec.sessionTimeoutMs,
    operationTimeoutMs: spec.operationTimeoutMs,
    connectTimeoutMs: spec.connectTimeoutMs,
    inFlight: spec.pipeline * 2 + LATE_ROOM,
    // A run may have thousands of sessions.
    sendBytes: 16 * 1024,
    ...(tls && {
      tls: {
        ca: tls.caPem,
        cert: tls.certPem,
        key: tls.keyPem,
        servername: tls.serverName ?? '',
        rejectUnauthorized: tls.verify,
        ...(tls.ciphers !== undefined && { ciphers: tls.ciphers }),
        ...(tls.verifyHostname ? {} : { checkServerIdentity: () => undefined }),
      },
    }),
    ...(login && spec.login === 'sasl' && { sasl: login }),
    ...(login &&
      spec.login === 'digest' && { credentials: [{ scheme: 'digest', auth: `${login.username}:${login.password}` }] }),
  };
}

/** Who may do what with the znodes of a run. */
export const accessOf = ({ access }: Pick<ZookeeperSpec, 'access'>): readonly AccessRule[] =>
  access === 'creator' ? CREATOR_ACCESS : OPEN_ACCESS;
