/** CRC-32C (Castagnoli), polynomial 0x1edc6f41 reflected: RFC 3720, appendix B.4. */
const POLYNOMIAL = 0x82f6_3b78;

/** Four tables of 256, so that four bytes are taken at a time (Kounavis and Berry's slicing). */
const TABLES = new Int32Array(4 * 256);
for (let byte = 0; byte < 256; byte++) {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) === 0 ? 0 : POLYNOMIAL);
  TABLES[byte] = value;
}
for (let index = 256; index < TABLES.length; index++) {
  const before = TABLES[index - 256] ?? 0;
  TABLES[index] = (before >>> 8) ^ (TABLES[before & 0xff] ?? 0);
}

/** The checksum of `buffer` from `start` up to `end`, as a signed 32-bit integer. */
export function crc32c(buffer: Buffer, start: number, end: number): number {
  let crc = -1;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    crc ^= buffer.readInt32LE(at);
    crc =
      (TABLES[768 + (crc & 0xff)] ?? 0) ^
      (TABLES[512 + ((crc >>> 8) & 0xff)] ?? 0) ^
      (TABLES[256 + ((crc >>> 16) & 0xff)] ?? 0) ^
      (TABLES[crc >>> 24] ?? 0);
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ (TABLES[(crc ^ (buffer[at] ?? 0)) & 0xff] ?? 0);
  return ~crc;
}
