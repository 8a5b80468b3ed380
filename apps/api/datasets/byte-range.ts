/** From the first byte up to but not including `to`. */
export interface ByteRange {
  from: number;
  to: number;
}

/**
 * What a Range header asks for of `bytes` bytes (RFC 9110, 14.1.2): one range; undefined for none, or one that is not
 * understood, which means everything; null for one beyond the end.
 */
export function parseRange(header: string | undefined, bytes: number): ByteRange | null | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(bytes, Number(last));
    return length === 0 ? null : { from: bytes - length, to: bytes };
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return undefined;
  if (from >= bytes) return null;
  return { from, to: last === '' ? bytes : Math.min(bytes, Number(last) + 1) };
}
