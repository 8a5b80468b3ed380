import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { SoakSpec } from './soak.schema.js';

/** How a soak run connects, in the words of a stress run. */
export const connectionOf = ({
  connection,
  timeoutMs,
}: Pick<SoakSpec, 'connection' | 'timeoutMs'>): StressPlanSpec['connection'] => ({
  ...connection,
  requestTimeoutMs: timeoutMs,
  caseInsensitive: false,
  prepared: true,
  protocolVersion: 4,
});
