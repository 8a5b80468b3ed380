import { CodedError } from '#libs/contract/coded-error.js';
import type { Target } from '#libs/contract/target.js';
import { parseEndpoint } from '#libs/contract/endpoint.js';
import type { HotHandler } from '#libs/cql/hot-handler.js';
import { systemClock } from '#libs/load/clock.js';
import type { SessionOptions } from '#libs/cql/session-options.js';
import type { StressPlanSpec } from './stress.schema.js';

function endpointOf(text: string, port: number): { host: string; port: number } {
  const endpoint = parseEndpoint(text, port);
  if (endpoint) return endpoint;
  throw new CodedError('VALIDATION_FAILED', `expected a contact point such as 127.0.0.1 or [::1]:9042, found ${text}`);
}

/** What a session to the run's target is opened with. */
export const sessionOptions = (
  target: Target,
  { connection }: Pick<StressPlanSpec, 'connection'>,
  handler: HotHandler,
  log: SessionOptions['log'],
): SessionOptions => ({
  contactPoints: target.contactPoints.map((text) => endpointOf(text, target.port)),
  localDatacenter: target.localDatacenter,
  localRack: connection.localRack,
  onlyContactPoints: connection.onlyContactPoints,
  credentials:
    target.username === undefined ? undefined : { username: target.username, password: target.password ?? '' },
  tls: target.tls && {
    ca: target.tls.caPem,
    cert: target.tls.certPem,
    key: target.tls.keyPem,
    servername: target.tls.serverName ?? '',
    rejectUnauthorized: target.tls.verify,
    ...(target.tls.ciphers !== undefined && { ciphers: target.tls.ciphers }),
    ...(target.tls.verifyHostname ? {} : { checkServerIdentity: () => undefined }),
  },
  compression: connection.compression === 'none' ? undefined : connection.compression,
  connectTimeoutMs: connection.connectTimeoutMs,
  requestTimeoutMs: connection.requestTimeoutMs,
  controlTimeoutMs: connection.controlConnectionTimeoutMs,
  connectionsPerNode: connection.connectionsPerNode,
  // A session that only asks needs no more than one connection.
  shardAware: handler !== NO_HOT_OPERATIONS,
  nowNs: () => systemClock.nowNs(),
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
