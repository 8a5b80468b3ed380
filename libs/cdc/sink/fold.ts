import type { Cell, Change, RangeDelete, RowDelete } from './change.js';

/** What one row has to become. */
export interface RowState {
  key: Readonly<Record<string, unknown>>;
  /** What was there before has to go first. */
  deleted: boolean;
  /** Undefined: the row stays deleted. */
  cells: Map<string, Cell> | undefined;
  /** It was inserted, so that what its TTL was before does not count. */
  inserted: boolean;
  writtenMicros: number;
}

/** Changes that can be made at once: of many rows, each named once, or of one range or partition. */
export type Step = { rows: readonly RowState[] } | { range: RangeDelete } | { partition: RowDelete };

const isOfMany = (change: Change): boolean => change.op === 'range' || (change.op === 'delete' && !change.oneRow);

/** Puts a later change of the same row on top. */
function put(state: RowState, change: Change): void {
  state.writtenMicros = Math.max(state.writtenMicros, change.writtenMicros);
  if (change.op === 'range' || change.op === 'delete') {
    state.deleted = true;
    state.cells = undefined;
    state.inserted = false;
    return;
  }
  state.inserted ||= change.op === 'insert';
  state.cells ??= new Map();
  for (const [name, cell] of change.cells) state.cells.set(name, cell);
}

/**
 * The steps of changes that came one after another. With `merge` a row that changed several times is written once, as the
 * last change leaves it; without, each of its changes is a step of its own.
 */
export function fold(changes: readonly Change[], merge: boolean): { steps: Step[]; merged: number } {
  const steps: Step[] = [];
  let rows = new Map<string, RowState>();
  let merged = 0;
  const cut = () => {
    if (rows.size > 0) steps.push({ rows: [...rows.values()] });
    rows = new Map();
  };
  for (const change of changes) {
    if (isOfMany(change)) {
      cut();
      if (change.op === 'range') steps.push({ range: change });
      else if (change.op === 'delete') steps.push({ partition: change });
      continue;
    }
    const { key, writtenMicros } = change;
    const name = JSON.stringify(Object.values(key));
    if (rows.has(name)) {
      if (merge) merged++;
      else cut();
    }
    const state = rows.get(name) ?? { key, deleted: false, cells: undefined, inserted: false, writtenMicros };
    put(state, change);
    rows.set(name, state);
  }
  cut();
  return { steps, merged };
}
