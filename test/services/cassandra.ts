import cassandra from 'cassandra-driver';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** `host:port` of a real Cassandra that tests may write to; undefined when none is there. */
export const realCassandra = process.env['TIDEMARK_TEST_CASSANDRA'];

/** The same for a suite that was asked for by name, which would be no use skipped. Throws what to do where none is there. */
export function neededCassandra(): string {
  if (realCassandra !== undefined) return realCassandra;
  throw new Error(
    'TIDEMARK_TEST_CASSANDRA is not set: start one with "node scripts/services.mjs start cassandra", then export what "node scripts/services.mjs env" prints.',
  );
}

/** The folder of the genuine cassandra-stress. */
export const genuineStress = process.env['TIDEMARK_TEST_CASSANDRA_STRESS'];

const services = fileURLToPath(new URL('../../scripts/services.mjs', import.meta.url));

/** What an independent client sees of the rows: cassandra-driver, in keyspaces that are dropped at the end. */
export class Witness {
  readonly host: string;
  readonly port: string;
  private readonly client: cassandra.Client;
  private readonly keyspaces: string[] = [];
  private readonly prefix = `t${process.pid}_${Date.now().toString(36)}`;

  constructor(contactPoint: string) {
    const [host = '', port = ''] = contactPoint.split(':');
    this.host = host;
    this.port = port;
    this.client = new cassandra.Client({ contactPoints: [contactPoint], localDataCenter: 'datacenter1' });
  }

  /** A name of its own, so that nothing that was there before counts. */
  keyspace(name: string): string {
    const keyspace = `${this.prefix}_${name}`;
    this.keyspaces.push(keyspace);
    return keyspace;
  }

  async count(keyspace: string): Promise<number> {
    const { rows } = await this.client.execute(`SELECT count(*) AS n FROM ${keyspace}.standard1`);
    return Number(rows[0]?.['n']);
  }

  /** The one number that a query answers. */
  async number(cql: string): Promise<number> {
    const { rows } = await this.client.execute(cql);
    return Number(rows[0]?.values()[0]);
  }

  async execute(cql: string): Promise<void> {
    await this.client.execute(cql);
  }

  /** Sum of the first counter over all rows. */
  async sum(keyspace: string): Promise<number> {
    const { rows } = await this.client.execute(`SELECT sum("C0") AS s FROM ${keyspace}.counter1`);
    return Number(rows[0]?.['s']);
  }

  /** Rows by key in hex, their columns in hex. */
  async rows(keyspace: string): Promise<Map<string, string>> {
    const { rows } = await this.client.execute(`SELECT * FROM ${keyspace}.standard1`, [], { fetchSize: 5000 });
    const hex = (value: unknown) => (Buffer.isBuffer(value) ? value.toString('hex') : String(value));
    const columns = ['C0', 'C1', 'C2', 'C3', 'C4'];
    return new Map(rows.map((row) => [hex(row['key']), columns.map((column) => hex(row[column])).join(' ')]));
  }

  /** Changes one value of some row behind the tool's back; answers the row's key and the value before, in hex. */
  async spoil(keyspace: string, column: string, value: Buffer): Promise<{ key: string; before: string }> {
    const { rows } = await this.client.execute(`SELECT key, "${column}" AS was FROM ${keyspace}.standard1 LIMIT 1`);
    const key: Buffer = rows[0]?.['key'];
    const was: Buffer = rows[0]?.['was'];
    await this.client.execute(`UPDATE ${keyspace}.standard1 SET "${column}" = ? WHERE key = ?`, [value, key], {
      prepare: true,
    });
    return { key: key.toString('hex'), before: was.toString('hex') };
  }

  /** Gives a column of some row of any table another value. */
  async change(keyspace: string, table: string, column: string, value: unknown): Promise<void> {
    const [key, names] = await this.firstKey(keyspace, table);
    const where = names.map((name) => `"${name}" = ?`).join(' AND ');
    await this.client.execute(`UPDATE ${keyspace}.${table} SET "${column}" = ? WHERE ${where}`, [value, ...key], {
      prepare: true,
    });
  }

  /** Removes some row of any table. */
  async remove(keyspace: string, table: string): Promise<void> {
    const [key, names] = await this.firstKey(keyspace, table);
    const where = names.map((name) => `"${name}" = ?`).join(' AND ');
    await this.client.execute(`DELETE FROM ${keyspace}.${table} WHERE ${where}`, key, { prepare: true });
  }

  private async firstKey(keyspace: string, table: string): Promise<[key: unknown[], names: string[]]> {
    const { partitionKeys, clusteringKeys } = await this.client.metadata.getTable(keyspace, table);
    const names = [...partitionKeys, ...clusteringKeys].map(({ name }) => name);
    const { rows } = await this.client.execute(`SELECT * FROM ${keyspace}.${table} LIMIT 1`);
    return [names.map((name) => rows[0]?.[name]), names];
  }

  async close(): Promise<void> {
    for (const keyspace of this.keyspaces) await this.client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`);
    await this.client.shutdown();
  }

  /** Every row of a table, all columns in text, in the order of the table. */
  async allRows(keyspace: string, table: string): Promise<string[]> {
    const { rows } = await this.client.execute(`SELECT * FROM ${keyspace}.${table}`, [], { fetchSize: 5000 });
    const text = (value: unknown) => (Buffer.isBuffer(value) ? value.toString('hex') : JSON.stringify(value));
    return rows.map((row) => row.values().map(text).join(' '));
  }

  /** Runs the genuine cassandra-stress of Java against the same node. */
  genuine(command: string, keyspace: string): Promise<{ exitCode: number; out: string }> {
    return this.genuineUser(`${command} -schema keyspace=${keyspace}`);
  }

  /** The same for a command that says nothing of a keyspace. */
  genuineUser(command: string): Promise<{ exitCode: number; out: string }> {
    const place = `-node ${this.host} -port native=${this.port} -mode native cql3 protocolVersion=4`;
    const words = [services, 'stress', ...`${command} ${place}`.split(' ')];
    const options = { encoding: 'utf8', timeout: 120_000, maxBuffer: 16 * 1024 * 1024 } as const;
    return new Promise((resolve) => {
      const child = execFile(process.execPath, words, options, (_error, stdout, stderr) =>
        resolve({ exitCode: child.exitCode ?? -1, out: stdout + stderr }),
      );
    });
  }
}
