import type { Outbox } from '../wire/outbox.js';
import type { Tablet } from './tablets.js';

const KEY = 'tablets-routing-v1';
const LONG_BYTES = 8;
const UUID_BYTES = 16;
const INT_BYTES = 4;
/** tuple<uuid, int>: each element after its length. */
const REPLICA_BYTES = 4 + UUID_BYTES + 4 + INT_BYTES;

function long(out: Outbox, value: bigint): void {
  out.int32(LONG_BYTES);
  out.int32(Number(BigInt.asIntN(32, value >> 32n)));
  out.int32(Number(BigInt.asIntN(32, value)));
}

/**
 * The custom payload of an answer: where the partition lives, as tuple<bigint, bigint, list<tuple<uuid, int>>>
 * (docs/dev/protocol-extensions.md of ScyllaDB). The frame must carry the flag of a custom payload.
 */
export function writeTabletPayload(out: Outbox, tablet: Tablet, members: readonly { hostId: string }[]): void {
  const listBytes = 4 + tablet.replicas.length * (4 + REPLICA_BYTES);
  out.uint16(1);
  out.string(KEY);
  out.int32(2 * (4 + LONG_BYTES) + 4 + listBytes);
  long(out, tablet.first);
  long(out, tablet.last);
  out.int32(listBytes);
  out.int32(tablet.replicas.length);
  for (const { node, shard } of tablet.replicas) {
    out.int32(REPLICA_BYTES);
    out.int32(UUID_BYTES);
    out.raw(Buffer.from((members[node]?.hostId ?? '').replaceAll('-', ''), 'hex'));
    out.int32(INT_BYTES);
    out.int32(shard);
  }
}
