import cassandra from 'cassandra-driver';

const FAR_FUTURE_US = 4_102_444_800_000_000n;

/** The table of a soak run as an independent client sees it: cassandra-driver. */
export class SoakTable {
  private readonly client: cassandra.Client;

  constructor(
    contactPoint: string,
    readonly keyspace: string,
  ) {
    this.client = new cassandra.Client({ contactPoints: [contactPoint], localDataCenter: 'datacenter1' });
  }

  async count(): Promise<number> {
    const { rows } = await this.client.execute(`SELECT count(*) AS n FROM ${this.keyspace}.demo_table`);
    return Number(rows[0]?.['n']);
  }

  /** Gives every row another value in one column, which later writes of a run do not undo. */
  async spoil(column: string, value: number): Promise<number> {
    const { rows } = await this.client.execute(`SELECT id FROM ${this.keyspace}.demo_table`, [], { fetchSize: 5000 });
    const update = `UPDATE ${this.keyspace}.demo_table USING TIMESTAMP ${FAR_FUTURE_US} SET ${column} = ${value} WHERE id = ?`;
    const keys = rows.map((row) => [row['id']]);
    const { errors } = await cassandra.concurrent.executeConcurrent(this.client, update, keys, {
      concurrencyLevel: 50,
    });
    if (errors.length > 0) throw errors[0] ?? new Error('a row was not changed');
    return rows.length;
  }

  /** What the keyspace's replication and the table's columns are. */
  async shape(): Promise<{ replication: Record<string, string>; columns: Record<string, string> }> {
    const where = `WHERE keyspace_name = '${this.keyspace}'`;
    const [keyspaces, columns] = await Promise.all([
      this.client.execute(`SELECT replication FROM system_schema.keyspaces ${where}`),
      this.client.execute(`SELECT column_name, type FROM system_schema.columns ${where} AND table_name = 'demo_table'`),
    ]);
    return {
      replication: keyspaces.rows[0]?.['replication'] ?? {},
      columns: Object.fromEntries(columns.rows.map((row) => [row['column_name'], row['type']])),
    };
  }

  async drop(): Promise<void> {
    await this.client.execute(`DROP KEYSPACE IF EXISTS ${this.keyspace}`);
  }

  async close(): Promise<void> {
    await this.client.shutdown();
  }
}
