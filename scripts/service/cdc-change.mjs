import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { queryPostgres } from './postgres.mjs';

/**
 * The keyspace of runs, with one table in it from the start: the agent knows no keyspace that was empty when it started,
 * and fails on every table that is made in it later.
 */
const SOURCE_DDL = [
  `CREATE KEYSPACE IF NOT EXISTS warehouse WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
  'CREATE TABLE IF NOT EXISTS warehouse.tidemark_beats (id uuid PRIMARY KEY, beat int) WITH cdc = true',
];

/** The installed driver; the services that need none of it start before anything is installed. */
async function connect(contactPoint) {
  const { default: cassandra } = await import('cassandra-driver');
  const client = new cassandra.Client({
    contactPoints: [contactPoint],
    localDataCenter: 'datacenter1',
    protocolOptions: { port: Number(contactPoint.split(':')[1]) },
    socketOptions: { connectTimeout: 30_000, readTimeout: 30_000 },
  });
  await client.connect();
  return client;
}

/** Makes the tables that changes are taken from, unless they are there. */
export async function prepareSource(contactPoint) {
  const client = await connect(contactPoint);
  try {
    for (const statement of SOURCE_DDL) await client.execute(statement);
  } finally {
    await client.shutdown();
  }
}

/**
 * Writes one row to Cassandra and waits until PostgreSQL has it; writes it again now and then, since an agent that has
 * only just come up may begin behind the first. Throws when none has come within `timeoutMs`.
 */
export async function waitForOneChange({ contactPoint, postgresPort }, timeoutMs) {
  queryPostgres(postgresPort, 'create table if not exists tidemark_beats (id uuid primary key, beat int)');
  const client = await connect(contactPoint);
  const id = randomUUID();
  const untilMs = Date.now() + timeoutMs;
  const seen = () => queryPostgres(postgresPort, `select beat from tidemark_beats where id = '${id}'`) !== '';
  try {
    for (let beat = 1; Date.now() < untilMs; beat++) {
      await client.execute(`INSERT INTO warehouse.tidemark_beats (id, beat) VALUES (${id}, ${beat})`);
      for (let look = 0; look < 10; look++) {
        await sleep(200);
        if (seen()) return;
      }
    }
  } finally {
    await client.shutdown();
  }
  throw new Error(`no change has come from Cassandra to PostgreSQL within ${timeoutMs / 1000} s`);
}
