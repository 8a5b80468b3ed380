import { QUERY_FLAG } from '#libs/cql/protocol.js';
import { BoundValues } from './bound-values.js';
import type { RequestReader } from './request-reader.js';

/** What QUERY and EXECUTE say beside the statement; one object a connection, filled anew for each request. */
export class QueryParameters {
  readonly bound = new BoundValues();
  consistency = 0;
  skipMetadata = false;
  /** 0: not paged. */
  pageSize = 0;
  pagingState: string | null = null;
  serialConsistency: number | null = null;
  /** Write time in µs given by the client, or NaN. */
  timestampUs = Number.NaN;

  read(reader: RequestReader): void {
    this.consistency = reader.uint16();
    const flags = reader.byte();
    this.skipMetadata = (flags & QUERY_FLAG.SKIP_METADATA) !== 0;
    if ((flags & QUERY_FLAG.VALUES) !== 0) this.bound.read(reader, (flags & QUERY_FLAG.NAMES) !== 0);
    else this.bound.clear();
    this.pageSize = (flags & QUERY_FLAG.PAGE_SIZE) !== 0 ? Math.max(0, reader.int32()) : 0;
    this.pagingState = (flags & QUERY_FLAG.PAGING_STATE) !== 0 ? reader.bytes() : null;
    this.readTail(reader, flags);
  }

  /** Serial consistency and write time, which BATCH ends with too. */
  readTail(reader: RequestReader, flags: number): void {
    this.serialConsistency = (flags & QUERY_FLAG.SERIAL) !== 0 ? reader.uint16() : null;
    this.timestampUs = (flags & QUERY_FLAG.TIMESTAMP) !== 0 ? reader.long() : Number.NaN;
  }
}
