import { CodedError } from '#libs/contract/coded-error.js';
import { textOf } from '#libs/cql/column-type.js';
import type { WireSession } from '#libs/cql/session.js';
import type { DoorTable } from '#libs/front-doors/door-table.js';
import { keyspaceCql } from '#libs/stress/statements.js';
import { agree } from '../schema-setup.js';
import type { StressPlanSpec } from '../stress.schema.js';

/** Makes keyspace and table where the run writes, and refuses a table of another shape. CodedError. */
export async function prepareDoorTable(
  session: WireSession,
  spec: StressPlanSpec,
  table: DoorTable,
  pause: (ms: number) => Promise<void>,
): Promise<void> {
  const { keyspace } = spec.schema;
  if (table.isWritten) {
    try {
      await session.query(keyspaceCql(spec));
      await agree(session, pause);
      await session.query(table.createCql);
      await agree(session, pause);
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      const message = `could not create keyspace ${keyspace} and table ${table.name}: ${cause}`;
      throw new CodedError('SCHEMA_FAILED', message, [], { cause: error });
    }
  }
  const rows = await session.query(
    `SELECT column_name, type, kind, position FROM system_schema.columns WHERE keyspace_name = '${keyspace}' AND table_name = '${table.name}'`,
  );
  if (rows.length === 0) {
    throw new CodedError(
      'KEYSPACE_UNKNOWN',
      `the target has no table ${keyspace}.${table.name}: write it first, or name the one that was written`,
    );
  }
  const types = new Map(rows.map((row) => [textOf(row['column_name']), textOf(row['type'])]));
  const problems = Object.entries(table.columns)
    .filter(([name, type]) => types.get(name) !== (type === 'varchar' ? 'text' : type))
    .map(([name, type]) => `column ${name}: expected ${type}, found ${types.get(name) ?? 'none'}`);
  const order = (kind: string) =>
    rows
      .filter((row) => textOf(row['kind']) === kind)
      .toSorted((one, other) => Number(textOf(one['position'])) - Number(textOf(other['position'])))
      .map((row) => textOf(row['column_name']));
  const key = [...order('partition_key'), ...order('clustering')].join(', ');
  if (key !== table.key.join(', ')) problems.push(`primary key: expected ${table.key.join(', ')}, found ${key}`);
  if (problems.length === 0) return;
  throw new CodedError(
    'SCHEMA_FAILED',
    `table ${keyspace}.${table.name} is of another shape (${problems.slice(0, 10).join('; ')}): drop it, or name another`,
  );
}
