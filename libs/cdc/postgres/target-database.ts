import pg from 'pg';
import type { Statement } from '#libs/cdc/sink/statements.js';
import { RefusedError, type TargetDatabase } from '#libs/cdc/sink/table-sink.js';
import { quoted, type TargetTable } from '#libs/cdc/sink/target-table.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Names kept for prepared statements: writes of one table differ only in the columns that they touch. */
const MAX_PREPARED = 200;

const COLUMNS = `SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.oid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum`;

interface ColumnRow {
  nspname: string;
  relname: string;
  attname: string;
  type: string;
}

/** Data exceptions and broken constraints: the same values will never do. */
const NEVER = /^(22|23)/;

/** One connection that is opened again when it was lost. */
export class PostgresDatabase implements TargetDatabase {
  private client: pg.Client | undefined;
  private readonly prepared = new Map<string, string>();

  constructor(private readonly url: string) {}

  async describe(table: string): Promise<TargetTable> {
    const client = await this.connected();
    const { rows } = await client.query<ColumnRow>(COLUMNS, [table]);
    const [first] = rows;
    if (first === undefined) throw new Error(`PostgreSQL has no table ${table}`);
    return {
      name: `${quoted(first.nspname)}.${quoted(first.relname)}`,
      columns: new Map(rows.map(({ attname, type }) => [attname, type])),
    };
  }

  async apply(statements: readonly Statement[]): Promise<void> {
    const client = await this.connected();
    const inTransaction = statements.length > 1;
    try {
      if (inTransaction) await client.query('BEGIN');
      for (const { text, values } of statements) {
        await client.query({ name: this.nameOf(text), text, values: [...values] });
      }
      if (inTransaction) await client.query('COMMIT');
    } catch (error) {
      if (inTransaction) await client.query('ROLLBACK').catch(() => this.forget(client));
      if (error instanceof pg.DatabaseError && NEVER.test(error.code ?? '')) {
        throw new RefusedError(`PostgreSQL refuses it: ${error.message}`, { cause: error });
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
    this.client = undefined;
  }

  private async connected(): Promise<pg.Client> {
    if (this.client) return this.client;
    const client = new pg.Client({
      connectionString: this.url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'tidemark cdc-sink',
      keepAlive: true,
    });
    client.on('error', () => this.forget(client));
    await client.connect();
    this.client = client;
    return client;
  }

  private forget(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.prepared.clear();
    void client.end().catch(() => undefined);
  }

  private nameOf(text: string): string | undefined {
    const known = this.prepared.get(text);
    if (known !== undefined || this.prepared.size >= MAX_PREPARED) return known;
    const name = `cdc_${this.prepared.size}`;
    this.prepared.set(text, name);
    return name;
  }
}
