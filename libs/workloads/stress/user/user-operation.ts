import { CodedError } from '#libs/contract/coded-error.js';
import { batchFrame, type BatchEntry } from '#libs/cql/batch-frame.js';
import { frameHead } from '#libs/cql/frame-template.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import type { RequestFrame } from '#libs/cql/request-frame.js';
import { Partition, type TableGenerators } from '#libs/stress/profile/partition.js';
import type { Profile, ProfileQuery } from '#libs/stress/profile/profile.js';
import { sampler } from '../sampler.js';
import type { ConsistencyLevel } from '../consistency-level.schema.js';

/** A request that is ready to be sent, and how many rows it writes. */
export interface UserRequest {
  frame: RequestFrame;
  /** The first partition's key as tokens are computed of it. */
  routingKey: Buffer;
  rows: number;
}

/** Makes one operation's requests, from work items. */
export interface UserOperationMaker {
  /** `more` draws another work item, for operations on several partitions. */
  make(item: number, more: () => number): UserRequest;
}

/** The most statements that one batch holds. */
const BATCH_MOST = 65_535;

/** A key as tokens are computed of it: one column as it is, several each with its length before and a zero behind. */
export function routingKeyOf(key: readonly Buffer[]): Buffer {
  const [first = Buffer.alloc(0), ...rest] = key;
  if (rest.length === 0) return first;
  return Buffer.concat(
    key.flatMap((part) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(part.length);
      return [length, part, Buffer.alloc(1)];
    }),
  );
}

/** An EXECUTE frame with these values. */
function executeFrame(
  statement: PreparedStatement,
  consistency: ConsistencyLevel,
  values: readonly Buffer[],
): RequestFrame {
  const head = frameHead(statement, consistency, values.length);
  const bytes = Buffer.alloc(head.bytes.length + values.reduce((sum, value) => sum + 4 + value.length, 0));
  let at = head.bytes.copy(bytes);
  bytes.writeInt32BE(bytes.length - 9, 5);
  for (const value of values) {
    at = bytes.writeInt32BE(value.length, at);
    at += value.copy(bytes, at);
  }
  return { bytes, statements: head.statements };
}

/** Writes the rows of one or more partitions: one statement alone, several in a batch. */
export function insertMaker(
  { insert }: Pick<Profile, 'insert'>,
  table: TableGenerators,
  statement: PreparedStatement,
  consistency: ConsistencyLevel,
  random: () => number,
): UserOperationMaker {
  const partition = new Partition(table);
  const partitions = sampler(insert.partitions, random);
  const select = sampler(insert.select.distribution, random);
  const chosen = (rows: number): number[] => {
    const share = Math.min(1, select() / insert.select.divisor);
    const all = Array.from({ length: rows }, (_, index) => index);
    if (share > 0.99999) return all;
    const some = all.filter(() => random() < share);
    return some.length > 0 ? some : [Math.floor(random() * rows)];
  };
  return {
    make(item, more) {
      const entries: BatchEntry[] = [];
      let routingKey: Buffer | undefined;
      for (let left = Math.max(1, partitions()), next = item; left > 0; left--, next = left > 0 ? more() : next) {
        partition.setItem(next);
        routingKey ??= routingKeyOf(partition.key);
        for (const index of chosen(partition.rows)) {
          const { values, clustering } = partition.row(index);
          entries.push({ statement, values: [...values, ...partition.key, ...clustering] });
        }
      }
      const [only] = entries;
      const kept = entries.slice(0, BATCH_MOST);
      const frame =
        only !== undefined && entries.length === 1
          ? executeFrame(
              statement,
              consistency,
              only.values.map((value) => Buffer.from(value ?? [])),
            )
          : batchFrame(kept, { type: insert.batchType, consistency });
      return { frame, routingKey: routingKey ?? Buffer.alloc(0), rows: kept.length };
    },
  };
}

/** Asks with the values of a row of the partition, or of several rows. Throws CodedError for variables of no column. */
export function queryMaker(
  { cql, sameRow, consistencyLevel }: ProfileQuery,
  table: TableGenerators,
  statement: PreparedStatement,
  consistency: ConsistencyLevel,
  random: () => number,
): UserOperationMaker {
  const partition = new Partition(table);
  const names = [...table.partitionKey, ...table.clustering, ...table.values].map(({ name }) => name);
  const places = statement.columns.map(({ name }) => {
    const place = names.indexOf(name);
    if (place < 0)
      throw new CodedError('VALIDATION_FAILED', `the query binds ${name}, which is no column of its table (${cql})`);
    return place;
  });
  return {
    make(item) {
      partition.setItem(item);
      const draw = () => {
        const { clustering, values } = partition.row(Math.floor(random() * partition.rows));
        return [...partition.key, ...clustering, ...values];
      };
      let row = draw();
      const values = places.map((place, index) => {
        if (!sameRow && index > 0) row = draw();
        return row[place] ?? Buffer.alloc(0);
      });
      const frame = executeFrame(statement, consistencyLevel ?? consistency, values);
      return { frame, routingKey: routingKeyOf(partition.key), rows: 0 };
    },
  };
}
