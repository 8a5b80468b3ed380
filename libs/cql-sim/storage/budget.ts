import { ERROR_CODE } from '#libs/cql/protocol.js';
import { CqlError } from '../cql-error.js';

/** What the stored rows may take; counted in bytes of keys and values plus what the objects around them cost. */
export class StorageBudget {
  usedBytes = 0;
  refusedWrites = 0;

  constructor(readonly maxBytes: number) {}

  /** Call before growing; refuses the write when it would not fit. */
  require(bytes: number): void {
    if (this.usedBytes + bytes <= this.maxBytes) return;
    this.refusedWrites++;
    throw new CqlError(
      ERROR_CODE.SERVER,
      `simulator storage full: ${this.maxBytes} bytes; start it with --max-bytes for more`,
    );
  }

  add(bytes: number): void {
    this.usedBytes += bytes;
  }
}
