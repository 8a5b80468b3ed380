import { OPCODE } from '#libs/cql/protocol.js';
import { writeSchemaChange } from '../plan/schema-plan.js';
import type { SchemaChange } from '../storage/schema.js';
import { inetBytes } from '../storage/bytes.js';
import { Outbox } from '../wire/outbox.js';

const EVENT_STREAM = -1;

export type NodeEvent =
  | { type: 'STATUS_CHANGE'; change: 'UP' | 'DOWN'; address: string; port: number }
  | { type: 'TOPOLOGY_CHANGE'; change: 'NEW_NODE' | 'REMOVED_NODE' | 'MOVED_NODE'; address: string; port: number };

function eventFrame(type: string, write: (out: Outbox) => void): Buffer {
  const out = new Outbox();
  out.begin(EVENT_STREAM, OPCODE.EVENT);
  out.string(type);
  write(out);
  out.end();
  return Buffer.from(out.gathered());
}

export function nodeEventFrame({ type, change, address, port }: NodeEvent): Buffer {
  return eventFrame(type, (out) => {
    const inet = inetBytes(address) ?? '';
    out.string(change);
    out.byte(inet.length);
    out.raw(Buffer.from(inet, 'latin1'));
    out.int32(port);
  });
}

export function schemaEventFrame(change: SchemaChange): Buffer {
  return eventFrame('SCHEMA_CHANGE', (out) => writeSchemaChange(out, change));
}
