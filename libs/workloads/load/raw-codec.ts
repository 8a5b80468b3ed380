import { isAscii, isUtf8 } from 'node:buffer';

/** How a field that stands in the bytes of a file becomes a cell, without characters in between. */
export interface RawCodec {
  fits(bytes: Buffer, start: number, end: number): boolean;
  size(bytes: Buffer, start: number, end: number): number;
  write(bytes: Buffer, start: number, end: number, out: Buffer, at: number): void;
}

const copied = (fits: RawCodec['fits']): RawCodec => ({
  fits,
  size: (_bytes, start, end) => end - start,
  write: (bytes, start, end, out, at) => void bytes.copy(out, at, start, end),
});

export const rawText = copied((bytes, start, end) => isUtf8(bytes.subarray(start, end)));
export const rawAscii = copied((bytes, start, end) => isAscii(bytes.subarray(start, end)));

const NO_DIGIT = 255;
const DIGITS = Uint8Array.from({ length: 256 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code).toLowerCase());
  return digit < 0 ? NO_DIGIT : digit;
});
const DASH = 0x2d;
const UUID_CHARS = 36;
const isDash = (at: number): boolean => at === 8 || at === 13 || at === 18 || at === 23;

/** UUIDs; `version` is the only one that fits, where it is given. */
export const rawUuid = (version?: number): RawCodec => ({
  fits: (bytes, start, end) => {
    if (end - start !== UUID_CHARS) return false;
    for (let at = 0; at < UUID_CHARS; at++) {
      const code = bytes[start + at] ?? 0;
      if (isDash(at) ? code !== DASH : DIGITS[code] === NO_DIGIT) return false;
    }
    return version === undefined || DIGITS[bytes[start + 14] ?? 0] === version;
  },
  size: () => 16,
  write: (bytes, start, _end, out, into) => {
    let to = into;
    for (let at = 0; at < UUID_CHARS; at += 2) {
      if (isDash(at)) at++;
      out[to++] = ((DIGITS[bytes[start + at] ?? 0] ?? 0) << 4) | (DIGITS[bytes[start + at + 1] ?? 0] ?? 0);
    }
  },
});
