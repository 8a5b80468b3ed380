import { toBuffer } from '#libs/cql-sim/storage/bytes.js';
import type { Mutation } from '#libs/cql-sim/storage/mutation.js';
import type { SinkClient } from '../postgres/sink-client.js';
import { uuidText } from '../row-key.js';
import type { RowShape, ShapedColumn } from '../row-shape.js';

/** Applies changes to PostgreSQL as a plain sink does: in their order, with no look at their write times. */
export class SinkWriter {
  private readonly insertText: string;
  private readonly updateText: string;
  private readonly deleteText: string;

  constructor(
    private readonly client: Pick<SinkClient, 'query'>,
    private readonly shape: RowShape,
  ) {
    this.insertText = upsert(shape, shape.columns);
    this.updateText = upsert(shape, shape.updated);
    const { deletedColumn } = shape.table;
    const where = `WHERE "${shape.key}" = ANY($1::uuid[])`;
    this.deleteText =
      deletedColumn === undefined
        ? `DELETE FROM ${shape.sink} ${where}`
        : `UPDATE ${shape.sink} SET "${deletedColumn}" = true ${where}`;
  }

  /** All in one transaction. Throws what PostgreSQL says; nothing is applied then. */
  async apply(mutations: readonly Mutation[]): Promise<void> {
    await this.client.query('BEGIN');
    try {
      for (const stage of stagesOf(mutations)) await this.applyStage(stage);
      await this.client.query('COMMIT');
    } catch (error) {
      await this.client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  private async applyStage(stage: readonly Mutation[]): Promise<void> {
    const { shape } = this;
    const of = (kind: Mutation['kind']) => stage.filter((mutation) => mutation.kind === kind);
    const [inserts, updates, deletes] = [of('insert'), of('update'), of('delete')];
    if (inserts.length > 0) await this.client.query(this.insertText, valuesOf(inserts, shape, shape.columns));
    if (updates.length > 0) await this.client.query(this.updateText, valuesOf(updates, shape, shape.updated));
    if (deletes.length > 0) await this.client.query(this.deleteText, [deletes.map(keyText)]);
  }
}

const keyText = ({ key }: Mutation): string => uuidText(toBuffer(key[0] ?? ''));

/** Stretches of changes in which each key is there once: within one, their order does not matter. */
function stagesOf(mutations: readonly Mutation[]): Mutation[][] {
  const stages: Mutation[][] = [];
  let keys = new Set<string>();
  for (const mutation of mutations) {
    const [key = ''] = mutation.key;
    if (stages.length === 0 || keys.has(key)) {
      stages.push([]);
      keys = new Set();
    }
    keys.add(key);
    stages.at(-1)?.push(mutation);
  }
  return stages;
}

function upsert(shape: RowShape, columns: readonly ShapedColumn[]): string {
  const names = [shape.key, shape.seq, ...columns.map(({ sinkName }) => sinkName)];
  const types = ['uuid', 'bigint', ...columns.map(({ type }) => type.sink)];
  const arrays = types.map((type, index) => `$${index + 1}::text[]::${type}[]`);
  const { deletedColumn } = shape.table;
  const set = names.slice(1).map((name) => `"${name}" = EXCLUDED."${name}"`);
  const marked = deletedColumn === undefined ? [] : [`"${deletedColumn}" = false`];
  return `INSERT INTO ${shape.sink} (${names.map((name) => `"${name}"`).join(', ')}) SELECT * FROM unnest(${arrays.join(', ')})
    ON CONFLICT ("${shape.key}") DO UPDATE SET ${[...set, ...marked].join(', ')}`;
}

/** One array for each column, in the order of `upsert`. */
function valuesOf(
  mutations: readonly Mutation[],
  { table }: RowShape,
  columns: readonly ShapedColumn[],
): (string | null)[][] {
  const cellsOf = mutations.map(({ cells }) => new Map(cells.map(({ column, value }) => [column, value])));
  const column = (name: string, text: (bytes: Buffer) => string): (string | null)[] =>
    cellsOf.map((cells) => {
      const value = cells.get(name) ?? null;
      return value === null ? null : text(toBuffer(value));
    });
  return [
    mutations.map(keyText),
    column(table.seq, (bytes) => String(bytes.readBigInt64BE())),
    ...columns.map(({ name, type }) => column(name, (bytes) => type.sinkText(bytes))),
  ];
}
