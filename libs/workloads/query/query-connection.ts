import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { QuerySpec } from './query.schema.js';

/** How a query run connects, in the words of a stress run. */
export const connectionOf = ({ connection, timeoutMs }: QuerySpec): StressPlanSpec['connection'] => ({
  ...connection,
  requestTimeoutMs: timeoutMs,
  caseInsensitive: false,
  prepared: true,
  protocolVersion: 4,
});
