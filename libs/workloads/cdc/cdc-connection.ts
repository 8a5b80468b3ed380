import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { CdcSpec } from './cdc.schema.js';

/** How a cdc run connects, in the words of a stress run. */
export const connectionOf = ({ connection, timeoutMs }: CdcSpec): StressPlanSpec['connection'] => ({
  ...connection,
  requestTimeoutMs: timeoutMs,
  caseInsensitive: false,
  prepared: true,
  protocolVersion: 4,
});
