/** What a sink has done with the messages of one topic. */
export interface SinkCounts {
  insert: number;
  update: number;
  delete: number;
  range: number;
  /** Came again: they stand in the commit log before one that came earlier. */
  redelivered: number;
  /** Not written, since a later one of the same row was in the same batch. */
  merged: number;
  batches: number;
  /** Times that PostgreSQL was asked again. */
  retries: number;
  /** Messages among the dead letters. */
  dead: number;
  lastDead: string | null;
  /** Null once PostgreSQL has taken something again. */
  lastError: string | null;
  /** Latest write time among the applied changes, epoch microseconds. */
  writtenMicros: number;
}

export const noCounts = (): SinkCounts => ({
  insert: 0,
  update: 0,
  delete: 0,
  range: 0,
  redelivered: 0,
  merged: 0,
  batches: 0,
  retries: 0,
  dead: 0,
  lastDead: null,
  lastError: null,
  writtenMicros: 0,
});
