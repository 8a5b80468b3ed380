/** CRC-32C (Castagnoli), polynomial 0x1edc6f41 reflected: RFC 3720, appendix B.4. */
const POLYNOMIAL = 0x82f6_3b78;

/** Eight tables of 256, so that eight bytes are taken at a time (Kounavis and Berry's slicing). */
const TABLES = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) === 0 ? 0 : POLYNOMIAL);
  TABLES[byte] = value;
}
for (let index = 256; index < TABLES.length; index++) {
  const before = TABLES[index - 256] ?? 0;
  TABLES[index] = (before >>> 8) ^ (TABLES[before & 0xff] ?? 0);
}

/** The checksum of the bytes from `start` up to `end`, as a signed 32-bit integer. A view, since it reads words fastest. */
export function crc32c(view: DataView, start: number, end: number): number {
  let crc = -1;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    crc ^= view.getInt32(at, true);
    const next = view.getInt32(at + 4, true);
    crc =
      (TABLES[1792 + (crc & 0xff)] ?? 0) ^
      (TABLES[1536 + ((crc >>> 8) & 0xff)] ?? 0) ^
      (TABLES[1280 + ((crc >>> 16) & 0xff)] ?? 0) ^
      (TABLES[1024 + (crc >>> 24)] ?? 0) ^
      (TABLES[768 + (next & 0xff)] ?? 0) ^
      (TABLES[512 + ((next >>> 8) & 0xff)] ?? 0) ^
      (TABLES[256 + ((next >>> 16) & 0xff)] ?? 0) ^
      (TABLES[next >>> 24] ?? 0);
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ (TABLES[(crc ^ view.getUint8(at)) & 0xff] ?? 0);
  return ~crc;
}
