import type { Target } from '#libs/contract/target.js';
import { parseEndpoint } from '#libs/contract/endpoint.js';
import type { HotHandler } from '#libs/cql/hot-handler.js';
import type { SessionOptions } from '#libs/cql/session-options.js';
import type { StressPlanSpec } from './stress.schema.js';

/** What a session to the run's target is opened with. */
export const sessionOptions = (
  target: Target,
  { connection }: Pick<StressPlanSpec, 'connection'>,
  handler: HotHandler,
  log: SessionOptions['log'],
): SessionOptions => ({
  contactPoints: target.contactPoints.map((text) => parseEndpoint(text, target.port)),
  localDatacenter: target.localDatacenter,
  onlyContactPoints: connection.onlyContactPoints,
  credentials:
    target.username === undefined ? undefined : { username: target.username, password: target.password ?? '' },
  tls: target.tls && {
    ca: target.tls.caPem,
    cert: target.tls.certPem,
    key: target.tls.keyPem,
    servername: target.tls.serverName ?? '',
    rejectUnauthorized: target.tls.verify,
  },
  connectTimeoutMs: connection.connectTimeoutMs,
  requestTimeoutMs: connection.requestTimeoutMs,
  controlTimeoutMs: connection.controlConnectionTimeoutMs,
  connectionsPerNode: connection.connectionsPerNode,
  inFlightPerConnection: connection.inFlightPerConnection,
  handler,
  log,
});

/** Handler of a session that only asks: it begins no hot operation. */
export const NO_HOT_OPERATIONS: HotHandler = {
  onVoid: () => undefined,
  onRows: () => undefined,
  onError: () => undefined,
  onRetry: () => undefined,
  onTurn: () => undefined,
};
