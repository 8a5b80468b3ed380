import cassandra from 'cassandra-driver';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const IN_FLIGHT = 50;

/** The rows of a generated dataset with a payload column: key and content. */
export const csvRows = (folder: string): [key: string, content: string][] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .toSorted()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\r\n').slice(1))
    .map((line) => {
      const comma = line.indexOf(',');
      return [line.slice(0, comma), line.slice(comma + 1)];
    });

/** A table of a dataset's rows, written by cassandra-driver. */
export class RowTable {
  readonly client: cassandra.Client;

  constructor(
    contactPoint: string,
    readonly keyspace: string,
  ) {
    this.client = new cassandra.Client({ contactPoints: [contactPoint], localDataCenter: 'datacenter1' });
  }

  async fill(rows: readonly [key: string, content: string][]): Promise<void> {
    const replication = "{'class': 'NetworkTopologyStrategy', 'datacenter1': 1}";
    await this.client.execute(`CREATE KEYSPACE IF NOT EXISTS ${this.keyspace} WITH replication = ${replication}`);
    await this.client.execute(
      `CREATE TABLE IF NOT EXISTS ${this.keyspace}.content_data (sort_key uuid PRIMARY KEY, content text)`,
    );
    const insert = `INSERT INTO ${this.keyspace}.content_data (sort_key, content) VALUES (?, ?)`;
    const parameters = rows.map((row) => [...row]);
    const { errors } = await cassandra.concurrent.executeConcurrent(this.client, insert, parameters, {
      concurrencyLevel: IN_FLIGHT,
    });
    if (errors.length > 0) throw errors[0] ?? new Error('a row was not written');
  }

  async write(key: string, content: string): Promise<void> {
    const update = `UPDATE ${this.keyspace}.content_data SET content = ? WHERE sort_key = ?`;
    await this.client.execute(update, [content, key], { prepare: true });
  }

  async remove(key: string): Promise<void> {
    const remove = `DELETE FROM ${this.keyspace}.content_data WHERE sort_key = ?`;
    await this.client.execute(remove, [key], { prepare: true });
  }

  async count(): Promise<number> {
    const { rows } = await this.client.execute(`SELECT count(*) AS n FROM ${this.keyspace}.content_data`);
    return Number(rows[0]?.['n']);
  }

  async close(): Promise<void> {
    await this.client.shutdown();
  }
}
