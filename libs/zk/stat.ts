import type { JuteReader } from './jute-reader.js';

/** What the server keeps of a znode besides its data. Zxids and the owner's session are 64 bits. */
export interface Stat {
  czxid: bigint;
  mzxid: bigint;
  ctimeMs: number;
  mtimeMs: number;
  version: number;
  childrenVersion: number;
  accessVersion: number;
  /** Session that an ephemeral znode ends with; 0n for others. */
  ephemeralOwner: bigint;
  dataBytes: number;
  children: number;
  pzxid: bigint;
}

/** Reads the 68 bytes of a Stat record. */
export const readStat = (reader: JuteReader): Stat => ({
  czxid: reader.long(),
  mzxid: reader.long(),
  ctimeMs: reader.number(),
  mtimeMs: reader.number(),
  version: reader.int(),
  childrenVersion: reader.int(),
  accessVersion: reader.int(),
  ephemeralOwner: reader.long(),
  dataBytes: reader.int(),
  children: reader.int(),
  pzxid: reader.long(),
});
