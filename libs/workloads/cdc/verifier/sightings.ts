import type { ChangeBook } from '#libs/cdc/change-book.js';
import type { FoundRow } from '#libs/cdc/final-state.js';
import type { KeyState } from '#libs/cdc/key-state.js';
import type { RowKeys } from '#libs/cdc/row-key.js';
import type { RowShape } from '#libs/cdc/row-shape.js';
import type { Cell } from '#libs/cdc/postgres/sink-client.js';
import type { Clock } from '#libs/load/clock.js';

interface SightingsParts {
  shape: RowShape;
  keys: RowKeys;
  book: ChangeBook;
  clock: Pick<Clock, 'nowNs' | 'toEpochMs'>;
  ask: (text: string, values: readonly unknown[]) => Promise<Cell[][]>;
}

/** Looks at rows in PostgreSQL by their keys. */
export class Sightings {
  /** Longest time between two looks at one key, or from its acknowledgement to the first. */
  gapMaxMs = 0;
  private readonly lookText: string;
  private readonly readText: string;

  constructor(private readonly parts: SightingsParts) {
    const { shape } = parts;
    const from = `FROM ${shape.sink} WHERE "${shape.key}" = ANY($1::uuid[])`;
    this.lookText = `SELECT ${shape.selectList(false)} ${from}`;
    this.readText = `SELECT ${shape.selectList(true)} ${from}`;
  }

  /** Tells the book what is there of these keys now: the middle of the question's round trip. Throws what PostgreSQL says. */
  async look(states: readonly KeyState[]): Promise<void> {
    const { keys, book, clock, ask } = this.parts;
    const beganNs = clock.nowNs();
    const rows = await ask(this.lookText, [states.map(({ key }) => keys.text(key))]);
    const endedNs = clock.nowNs();
    const atMs = clock.toEpochMs((beganNs + endedNs) / 2);
    const untilMs = clock.toEpochMs(endedNs);
    const present = new Set<number>();
    for (const [text, seq, isMarked] of rows) {
      const key = keys.indexOf(String(text));
      if (isMarked === true) {
        book.deleted(key, atMs, untilMs);
        present.add(key);
      } else if (key >= 0) {
        present.add(key);
        book.seen(key, Number(seq ?? 0), atMs, false);
      }
    }
    for (const state of states) {
      if (!present.has(state.key)) book.absent(state.key, atMs, untilMs);
      const sinceMs = Math.max(state.lastLookMs, state.last?.ackedMs ?? atMs);
      this.gapMaxMs = Math.max(this.gapMaxMs, atMs - sinceMs);
      state.lastLookMs = atMs;
    }
  }

  /** The whole rows of these keys, by key. Throws what PostgreSQL says. */
  async read(states: readonly KeyState[]): Promise<Map<number, FoundRow>> {
    const { keys, shape, ask } = this.parts;
    const rows = await ask(this.readText, [states.map(({ key }) => keys.text(key))]);
    return new Map(
      rows.map(([text, seq, isMarked, ...cells]) => [
        keys.indexOf(String(text)),
        {
          seq: Number(seq ?? 0),
          isMarkedDeleted: isMarked === true,
          cells: cells.map((cell, index) =>
            cell === null ? null : (shape.columns[index]?.type.read(String(cell)) ?? ''),
          ),
        },
      ]),
    );
  }
}
