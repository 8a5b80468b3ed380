import { Client, types } from 'cassandra-driver';
import { afterEach, describe, expect, it } from 'vitest';
import { SIMULATED_CLUSTER_NAME } from './simulated.js';
import type { SimulatorOptions } from './simulator-options.js';
import { startSimulator, type Simulator } from './simulator.js';

const opened: { simulators: Simulator[]; clients: Client[] } = { simulators: [], clients: [] };

async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options);
  opened.simulators.push(simulator);
  return simulator;
}

async function connect(simulator: Simulator, more: Partial<ConstructorParameters<typeof Client>[0]> = {}) {
  const client = new Client({
    contactPoints: simulator.contactPoints.slice(0, 1),
    localDataCenter: 'datacenter1',
    protocolOptions: { port: simulator.port },
    ...more,
  });
  opened.clients.push(client);
  await client.connect();
  return client;
}

afterEach(async () => {
  await Promise.all(opened.clients.splice(0).map((client) => client.shutdown()));
  await Promise.all(opened.simulators.splice(0).map((simulator) => simulator.close()));
});

const CREATE_KEYSPACE = `CREATE KEYSPACE IF NOT EXISTS "keyspace1" WITH replication =
  {'class':'NetworkTopologyStrategy','replication_factor':'1'} AND durable_writes = true`;
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS "keyspace1"."standard1" (key blob PRIMARY KEY, "C0" blob, "C1" blob)
  WITH compaction = {'class':'LeveledCompactionStrategy'} AND compression = {}`;

describe('cassandra-driver against the simulator', () => {
  it.each(['cassandra', 'scylla'] as const)('reads back what it wrote (%s)', async (personality) => {
    const client = await connect(await simulate({ personality }));
    await client.execute(CREATE_KEYSPACE);
    await client.execute(CREATE_TABLE);
    const [key, c0, c1] = [Buffer.from('k1'), Buffer.from([0, 255, 7]), Buffer.alloc(34, 9)];
    const prepare = { prepare: true };
    await client.execute('UPDATE "keyspace1"."standard1" SET "C0" = ?, "C1" = ? WHERE key = ?', [c0, c1, key], prepare);
    const { rows } = await client.execute(
      'SELECT "C0", "C1" FROM "keyspace1"."standard1" WHERE key = ?',
      [key],
      prepare,
    );
    expect(rows.map((row) => [row['C0'], row['C1']])).toEqual([[c0, c1]]);
    const missing = await client.execute('SELECT * FROM keyspace1.standard1 WHERE key = 0x00');
    expect(missing.rowLength).toBe(0);
  });

  it('shows its name, its nodes and its schema', async () => {
    const simulator = await simulate({ nodes: 3 });
    const client = await connect(simulator);
    const local = await client.execute('SELECT cluster_name FROM system.local');
    expect(local.first()['cluster_name']).toBe(SIMULATED_CLUSTER_NAME);
    expect(client.hosts.keys().sort()).toEqual(simulator.contactPoints);
    await client.execute(CREATE_KEYSPACE);
    await client.execute(CREATE_TABLE);
    const table = await client.metadata.getTable('keyspace1', 'standard1');
    expect(table.columns.map(({ name, type }) => [name, type.code])).toEqual([
      ['C0', types.dataTypes.blob],
      ['C1', types.dataTypes.blob],
      ['key', types.dataTypes.blob],
    ]);
    expect(table.partitionKeys.map(({ name }) => name)).toEqual(['key']);
  });
});
