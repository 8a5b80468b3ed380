import { fstatSync, readSync } from 'node:fs';

const LENGTH_BYTES = 4;

/** A record of a spool file: its length, then its body. */
export function recordOf(body: Buffer): Buffer {
  const record = Buffer.allocUnsafe(LENGTH_BYTES + body.length);
  record.writeUInt32LE(body.length, 0);
  body.copy(record, LENGTH_BYTES);
  return record;
}

/** The body of the record at `position`, and where the next one begins; undefined when it is not there whole. */
export function readRecord(handle: number, position: number): { body: Buffer; next: number } | undefined {
  const head = readBytes(handle, LENGTH_BYTES, position);
  const body = head && readBytes(handle, head.readUInt32LE(0), position + LENGTH_BYTES);
  return body && { body, next: position + LENGTH_BYTES + body.length };
}

function readBytes(handle: number, length: number, position: number): Buffer | undefined {
  // The length may be what a killed process has left of another record.
  if (position + length > fstatSync(handle).size) return undefined;
  const bytes = Buffer.allocUnsafe(length);
  return readSync(handle, bytes, 0, length, position) === length ? bytes : undefined;
}
