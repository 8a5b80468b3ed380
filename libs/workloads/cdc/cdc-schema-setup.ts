import { RowShape } from '#libs/cdc/row-shape.js';
import { causeOf, SinkClient } from '#libs/cdc/postgres/sink-client.js';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Sink } from '#libs/contract/sink.js';
import type { WireSession } from '#libs/cql/session.js';
import { agree } from '#libs/workloads/stress/schema-setup.js';
import type { CdcSpec } from './cdc.schema.js';

/** Cassandra and ScyllaDB switch their change log on by different words. */
const LOGS = { cassandra: ' WITH cdc = true', scylla: " WITH cdc = {'enabled': true}" } as const;

/**
 * Between a table's creation and the first change. Debezium's agent learns of new tables through its driver, which
 * gathers news of the schema for a second, and drops in silence what comes before it has heard of the table.
 */
const HEARD_MS = 3_000;

/**
 * Makes keyspace and table of the source where they are missing, and gives the pipeline time to hear of a new table.
 * Throws CodedError SCHEMA_FAILED.
 */
export async function createSource(
  session: WireSession,
  spec: CdcSpec,
  pause: (ms: number) => Promise<void>,
): Promise<void> {
  const shape = new RowShape(spec.table, spec.seed);
  const { keyspace, table, replicationFactor } = spec.table;
  const isScylla = session.nodes.some(({ shards }) => shards !== undefined);
  const isThere = async (): Promise<boolean> => {
    const found = await session.query(
      `SELECT table_name FROM system_schema.tables WHERE keyspace_name = '${keyspace}' AND table_name = '${table}'`,
    );
    return found.length > 0;
  };
  try {
    if (await isThere()) return;
    await session.query(
      `CREATE KEYSPACE IF NOT EXISTS "${keyspace}" WITH replication = {'class': 'SimpleStrategy', 'replication_factor': ${replicationFactor}}`,
    );
    await agree(session, pause);
    await session.query(shape.createSource(isScylla ? LOGS.scylla : LOGS.cassandra));
    await agree(session, pause);
    if (spec.pipeline.type === 'external') await pause(HEARD_MS);
  } catch (error) {
    if (error instanceof CodedError) throw error;
    throw new CodedError('SCHEMA_FAILED', `could not create ${shape.source}: ${causeOf(error)}`);
  }
}

/** Makes the table of the sink where it is missing, and checks that it has what is compared. Throws CodedError. */
export async function prepareSink(sink: Sink, spec: CdcSpec): Promise<void> {
  const shape = new RowShape(spec.table, spec.seed);
  const client = await SinkClient.connect(sink);
  try {
    const create = () => client.query(shape.createSink());
    // Of two executors that make it at once one may fail in the catalogue; it finds the table the next time.
    if (spec.table.create) await create().catch(create);
    await client.query(`SELECT ${shape.selectList(true)} FROM ${shape.sink} LIMIT 0`);
  } catch (error) {
    throw new CodedError(
      'SCHEMA_FAILED',
      `the table ${shape.sink} of PostgreSQL does not fit spec.table: ${causeOf(error)}`,
    );
  } finally {
    await client.close();
  }
}
