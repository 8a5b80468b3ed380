import { randomBytes } from 'node:crypto';
import { IGNORED_MSB, shardOf } from '../placement/shard-of.js';
import { toBuffer, type Bytes } from '../storage/bytes.js';

/** One vnode's streams, one for each shard of its node. */
export interface VnodeStreams {
  /** Last token of the range. */
  rangeEnd: bigint;
  streams: readonly Bytes[];
}

export interface Generation {
  /** From when on writes go to its streams, epoch milliseconds. */
  fromMs: number;
  vnodes: readonly VnodeStreams[];
}

const VERSION = 1n;
const INDEX_SHIFT = 4n;
const RANDOM_SHIFT = 26n;
const INDEX_MASK = 0x3f_ffffn;
const RANDOM_BYTES = 8;

/** 16 bytes: a token of the range, then 38 random bits, 22 of the vnode's index and 4 of the version. */
function streamId(token: bigint, vnode: number): Bytes {
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64BE(token, 0);
  const random = randomBytes(RANDOM_BYTES).readBigUInt64BE() << RANDOM_SHIFT;
  bytes.writeBigUInt64BE(BigInt.asUintN(64, random | ((BigInt(vnode) & INDEX_MASK) << INDEX_SHIFT) | VERSION), 8);
  return bytes.toString('latin1');
}

/** A vnode's index as a client reads it out of a stream's id. */
export const vnodeOf = (stream: Bytes): number =>
  Number((toBuffer(stream).readBigUInt64BE(8) >> INDEX_SHIFT) & INDEX_MASK);

/** The highest token up to `rangeEnd` that a shard holds: shards take turns within every 2^52 tokens. */
function tokenOnShard(rangeEnd: bigint, shard: number, shards: number): bigint {
  const step = 2n ** BigInt(64 - IGNORED_MSB) / BigInt(shards) / 2n;
  for (let token = rangeEnd, tries = 0; tries < shards * 4; token -= step, tries++) {
    if (shardOf(token, shards, IGNORED_MSB) === shard) return token;
  }
  return rangeEnd;
}

/** Streams of ScyllaDB's CDC log, by the time from which each set of them is written to. */
export class Generations {
  private readonly all: Generation[] = [];
  private readonly tokens: readonly bigint[];

  constructor(
    tokens: readonly bigint[],
    private readonly shards: number,
    fromMs: number,
  ) {
    this.tokens = [...tokens].sort((left, right) => (left < right ? -1 : 1));
    this.begin(fromMs);
  }

  /** Oldest first. */
  get list(): readonly Generation[] {
    return this.all;
  }

  /** New streams for what is written at `fromMs` or later. */
  begin(fromMs: number): void {
    const vnodes = this.tokens.map((rangeEnd, vnode) => ({
      rangeEnd,
      streams: Array.from({ length: this.shards }, (_, shard) =>
        streamId(tokenOnShard(rangeEnd, shard, this.shards), vnode),
      ),
    }));
    this.all.push({ fromMs, vnodes });
  }

  /** The stream that a write belongs to. */
  streamOf(token: bigint, timestampUs: number): Bytes {
    const writtenMs = timestampUs / 1000;
    const generation = this.all.findLast(({ fromMs }) => fromMs <= writtenMs) ?? this.all[0];
    const found = this.tokens.findIndex((end) => token <= end);
    const vnode = generation?.vnodes[Math.max(0, found)];
    return vnode?.streams[shardOf(token, this.shards, IGNORED_MSB)] ?? '';
  }
}
