import { seededRandom } from '#libs/load/random.js';
import { CHANGE_STATE, type RingChange } from './change-ring.js';
import { DELETE, INSERT, UPDATE } from './row-shape.js';

const KEYS = 300;
const RUN_MS = 6_000;
const PARTITIONS = 3;
const INSERT_AND_DELETE = 0.15;
const UNANSWERED = 0.15;
const ANSWER_GIVEN_UP_MS = 200;

/** A write of the model: what the writer knows of it, and when it was in the source's log; undefined: never. */
export interface ModelWrite extends RingChange {
  loggedMs: number | undefined;
}

/** A row became visible with this seq, or undefined: was deleted. */
export interface ModelSight {
  key: number;
  seq: number | undefined;
  atMs: number;
}

/** Test data: what a writer did, and what an at-least-once pipeline without losses has made of it, in virtual time. */
export interface ModelRun {
  writes: ModelWrite[];
  sights: ModelSight[];
}

type Random = () => number;
const between = (random: Random, least: number, most: number): number => least + random() * (most - least);

/** The changes of a key: an insert, updates with one in flight at a time, often a delete, sometimes one without an answer. */
function writesOf(key: number, random: Random, nextSeq: () => number): ModelWrite[] {
  const updates = random() < INSERT_AND_DELETE ? 0 : Math.floor(between(random, 0, 6));
  const operations = [INSERT, ...Array.from({ length: updates }, () => UPDATE), ...(random() < 0.5 ? [DELETE] : [])];
  const unanswered = random() < UNANSWERED ? operations.length - 1 : -1;
  let sentMs = between(random, 0, RUN_MS);
  return operations.map((operation, index) => {
    const ackedMs = sentMs + (index === unanswered ? ANSWER_GIVEN_UP_MS : between(random, 1, 20));
    const isUnknown = index === unanswered;
    const loggedMs = isUnknown && random() < 0.5 ? undefined : sentMs + random() * Math.min(20, ackedMs - sentMs);
    const state = isUnknown ? CHANGE_STATE.unknown : CHANGE_STATE.written;
    const write = { key, seq: nextSeq(), operation, state, dueMs: sentMs, sentMs, ackedMs, loggedMs };
    // Most changes come soon after another, so that sinks merge them.
    sentMs = ackedMs + (random() < 0.7 ? random() * 5 : between(random, 0, 400));
    return write;
  });
}

/** Applies one partition's log in batches, now and then some of it again. */
function sightsOf(log: readonly ModelWrite[], random: Random): ModelSight[] {
  const rows = new Map<number, number>();
  const sights: ModelSight[] = [];
  const lagMs = between(random, 5, 150);
  for (let [at, nowMs] = [0, 0]; at < log.length; nowMs += between(random, 2, 120)) {
    if (random() < 0.05) at = Math.max(0, at - Math.floor(between(random, 1, 30)));
    const most = at + Math.floor(between(random, 1, 60));
    let end = at;
    while (end < most && (log[end]?.loggedMs ?? Infinity) + lagMs <= nowMs) end++;
    const batch = log.slice(at, end);
    const isMerged = random() < 0.7;
    // What a sink merges is one change of the row, or one after its deletion.
    const steps = batch.filter(
      ({ key, operation }, index) =>
        !isMerged || operation === DELETE || !batch.slice(index + 1).some((later) => later.key === key),
    );
    for (const { key, seq, operation } of steps) {
      const isThere = rows.has(key);
      if (operation === DELETE) rows.delete(key);
      else rows.set(key, seq);
      // The deletion of a row that is not there leaves no trace.
      if (operation !== DELETE) sights.push({ key, seq, atMs: nowMs });
      else if (isThere) sights.push({ key, seq: undefined, atMs: nowMs });
    }
    at = end;
  }
  return sights;
}

/** A run that follows from its seed. */
export function modelRun(seed: number): ModelRun {
  const random = seededRandom(seed);
  let seq = 0;
  const writes = Array.from({ length: KEYS }, (_, key) => writesOf(key, random, () => ++seq)).flat();
  const logged = writes.filter(({ loggedMs }) => loggedMs !== undefined);
  logged.sort((one, other) => (one.loggedMs ?? 0) - (other.loggedMs ?? 0));
  const sights = Array.from({ length: PARTITIONS }, (_, partition) =>
    sightsOf(
      logged.filter(({ key }) => key % PARTITIONS === partition),
      random,
    ),
  ).flat();
  writes.sort((one, other) => one.ackedMs - other.ackedMs);
  return { writes, sights: sights.sort((one, other) => one.atMs - other.atMs) };
}
