import { ERROR_CODE } from '#libs/cql/protocol.js';
import { CqlError, type ErrorExtras } from '../cql-error.js';
import { blockFor } from '../storage/availability.js';
import type { Fault } from './fault-script.js';
import type { Facts } from './verdict.js';

interface Replicas {
  consistency: number;
  blockFor: number;
  received: number;
}

/** As if one replica too few had answered. */
function oneTooFew({ consistency, replicas }: Facts): Replicas {
  const required = blockFor(consistency, Math.max(1, replicas));
  return { consistency, blockFor: required, received: required - 1 };
}

const writeType = ({ isBatch }: Facts): string => (isBatch ? 'BATCH' : 'SIMPLE');

/** Text and extras of each code that has extras, in the words of a real server. */
const SHAPES = new Map<number, (facts: Facts) => [string, ErrorExtras]>([
  [
    ERROR_CODE.UNAVAILABLE,
    (facts) => {
      const { consistency, blockFor: required, received: alive } = oneTooFew(facts);
      return ['Cannot achieve consistency level', { kind: 'unavailable', consistency, required, alive }];
    },
  ],
  [
    ERROR_CODE.WRITE_TIMEOUT,
    (facts) => {
      const replicas = oneTooFew(facts);
      const message = `Operation timed out - received only ${replicas.received} responses.`;
      return [message, { kind: 'write-timeout', ...replicas, writeType: writeType(facts) }];
    },
  ],
  [
    ERROR_CODE.READ_TIMEOUT,
    (facts) => {
      const replicas = oneTooFew(facts);
      const message = `Operation timed out - received only ${replicas.received} responses.`;
      return [message, { kind: 'read-timeout', ...replicas, dataPresent: false }];
    },
  ],
  [
    ERROR_CODE.WRITE_FAILURE,
    (facts) => {
      const replicas = oneTooFew(facts);
      const message = `Operation failed - received ${replicas.received} responses and 1 failures`;
      return [message, { kind: 'write-failure', ...replicas, failures: 1, writeType: writeType(facts) }];
    },
  ],
  [
    ERROR_CODE.READ_FAILURE,
    (facts) => {
      const replicas = oneTooFew(facts);
      const message = `Operation failed - received ${replicas.received} responses and 1 failures`;
      return [message, { kind: 'read-failure', ...replicas, failures: 1, dataPresent: false }];
    },
  ],
]);

/** A client that did not ask for the rate limit error gets Config_error in its place. */
function rateLimited({ rateLimitCode, access }: Facts, message = 'Per-partition rate limit reached'): CqlError {
  if (rateLimitCode === null) return new CqlError(ERROR_CODE.CONFIG, message);
  const operation = access === 'write' ? 1 : 0;
  return new CqlError(rateLimitCode, message, { kind: 'rate-limit', operation, rejectedByCoordinator: true });
}

/** The ERROR that a script asks for. */
export function injectedError(fault: Extract<Fault, { kind: 'error' }>, facts: Facts): CqlError {
  if (fault.code === 'RATE_LIMIT') return rateLimited(facts, fault.message);
  const code = typeof fault.code === 'number' ? fault.code : ERROR_CODE[fault.code];
  const [message, extras] = SHAPES.get(code)?.(facts) ?? ['Error injected by the fault script', undefined];
  return new CqlError(code, fault.message ?? message, extras);
}

export function overloaded(limit: number | undefined): CqlError {
  const detail = limit === undefined ? '' : ` (configured via max_concurrent_requests_per_shard): ${limit}`;
  return new CqlError(ERROR_CODE.OVERLOADED, `too many in-flight requests${detail}`);
}
