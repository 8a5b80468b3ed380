import { codeName } from './protocol.js';

/** A control request that failed. `code` is ZooKeeper's number, also one that nobody knows a name for. */
export class ZkError extends Error {
  override readonly name = 'ZkError';
  constructor(
    readonly code: number,
    about: string,
  ) {
    super(`${codeName(code)} (${code}): ${about}`);
  }
}
