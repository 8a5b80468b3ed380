import { invalid } from '../cql-error.js';
import { elementsOf, int32Bytes, listBytes, toBuffer, type Bytes } from '../storage/bytes.js';

/** Where a page ended: the last row given, and how many rows LIMIT and PER PARTITION LIMIT still allow. */
export interface PagePlace {
  key: Bytes;
  clustering: Bytes[];
  remaining: number;
  remainingInPartition: number;
}

export function encodePlace(place: PagePlace): Bytes {
  const head = int32Bytes(place.remaining) + int32Bytes(place.remainingInPartition);
  return head + listBytes([place.key, ...place.clustering]);
}

export function decodePlace(state: Bytes): PagePlace {
  try {
    const [key, ...clustering] = elementsOf(state.slice(8));
    if (key === undefined) throw new RangeError('no key');
    const head = toBuffer(state.slice(0, 8));
    return { key, clustering, remaining: head.readInt32BE(0), remainingInPartition: head.readInt32BE(4) };
  } catch (cause) {
    if (cause instanceof RangeError) throw invalid('Invalid value for the paging state');
    throw cause;
  }
}
