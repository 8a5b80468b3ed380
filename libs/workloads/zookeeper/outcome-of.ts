import { CODE } from '#libs/zk/protocol.js';
import { OUTCOME_INDEX } from '#libs/workloads/stress/outcome-index.js';

/** Classes of ZooKeeper's codes; all others are the server's errors. */
const CLASSES: Readonly<Record<number, number>> = {
  [CODE.OK]: OUTCOME_INDEX.ok,
  [CODE.CONNECTION_LOSS]: OUTCOME_INDEX.connectionLost,
  [CODE.OPERATION_TIMEOUT]: OUTCOME_INDEX.clientTimeout,
  [CODE.SESSION_EXPIRED]: OUTCOME_INDEX.sessionExpired,
  [CODE.SESSION_MOVED]: OUTCOME_INDEX.sessionMoved,
  [CODE.NO_NODE]: OUTCOME_INDEX.missing,
  [CODE.NODE_EXISTS]: OUTCOME_INDEX.conflict,
  [CODE.NOT_EMPTY]: OUTCOME_INDEX.conflict,
  [CODE.BAD_VERSION]: OUTCOME_INDEX.conflict,
  [CODE.MARSHALLING_ERROR]: OUTCOME_INDEX.invalid,
  [CODE.NO_AUTH]: OUTCOME_INDEX.unauthorized,
  [CODE.AUTH_FAILED]: OUTCOME_INDEX.unauthorized,
  [CODE.THROTTLED_OP]: OUTCOME_INDEX.overloaded,
};

/** Index into OUTCOMES of a code. */
export const outcomeOf = (code: number): number => CLASSES[code] ?? OUTCOME_INDEX.serverError;
