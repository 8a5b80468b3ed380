import cassandra from 'cassandra-driver';
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const services = fileURLToPath(new URL('../../scripts/services.mjs', import.meta.url));
/** Small, so that three nodes fit beside the other services: 1.3 GB in all. */
const SMALL = ['--quick', '--heap', '256M'];
const WHOLE_WITHIN_MS = 60_000;

/** Runs scripts/services; answers what it prints. Throws with what it complained of. */
const service = async (...args: string[]): Promise<string> => (await run(process.execPath, [services, ...args])).stdout;

/** A real ring of three nodes, started for one suite, whose nodes can be stopped, started, added and removed. */
export class RealCluster {
  private constructor(
    /** `host:port` of the three nodes. */
    readonly contactPoints: readonly string[],
    /** True when the ring was there before: then it stays. */
    private readonly kept: boolean,
  ) {}

  static async start(): Promise<RealCluster> {
    const before = await RealCluster.running();
    await service('start', 'cluster', ...SMALL);
    return new RealCluster(await RealCluster.running(), before.length > 0);
  }

  private static async running(): Promise<string[]> {
    const variables = await service('env');
    const points = /^TIDEMARK_TEST_CLUSTER=(.+)$/m.exec(variables)?.[1];
    return points === undefined ? [] : points.split(',');
  }

  /** SIGTERM, by which a node drains, and until it has ended. */
  async stopNode(number: number): Promise<void> {
    await service('stop', `cluster.${number}`);
  }

  /** Until it answers; the others may not know of it yet. */
  async startNode(number: number): Promise<void> {
    await service('start', `cluster.${number}`, ...SMALL);
  }

  /** A node that is new to the ring. A busy machine may let it miss the others once: then it gives up by itself. */
  async addNode(number: number): Promise<void> {
    try {
      await this.startNode(number);
    } catch {
      await service('stop', `cluster.${number}`, '--wipe');
      await this.startNode(number);
    }
  }

  /** Stops it in its tracks: its sockets stay open, and nothing answers. The answered function lets it go on. */
  async freezeNode(number: number): Promise<() => void> {
    const pid = Number(new RegExp(`^cluster\\.${number} runs: pid (\\d+)`, 'm').exec(await service('status'))?.[1]);
    process.kill(pid, 'SIGSTOP');
    return () => void process.kill(pid, 'SIGCONT');
  }

  /** How many connections of clients a node has. */
  async clientsOf(number: number): Promise<number> {
    const stats = await service('nodetool', `cluster.${number}`, 'clientstats');
    return Number(/^Total connected clients: (\d+)/m.exec(stats)?.[1]);
  }

  /** Takes the fourth node out of the ring again: what it holds goes to the others first. */
  async removeNode(number: number): Promise<void> {
    await service('nodetool', `cluster.${number}`, 'decommission');
    await service('stop', `cluster.${number}`, '--wipe');
  }

  /** Waits until every node sees every other: a read that needs all three replicas works through each of them. */
  async whole(keyspace: string): Promise<void> {
    for (const point of this.contactPoints) {
      const untilMs = Date.now() + WHOLE_WITHIN_MS;
      for (let seen = false; !seen; await sleep(200)) {
        seen = await seesAll(point, keyspace).catch((error: unknown) => {
          if (Date.now() > untilMs) throw error;
          return false;
        });
      }
    }
  }

  async stop(): Promise<void> {
    if (!this.kept) await service('stop', 'cluster', '--wipe');
  }
}

/** Asks one node alone, as its coordinator, for a row by all its replicas. */
async function seesAll(contactPoint: string, keyspace: string): Promise<boolean> {
  const { loadBalancing, reconnection } = cassandra.policies;
  const client = new cassandra.Client({
    contactPoints: [contactPoint],
    localDataCenter: 'datacenter1',
    protocolOptions: { port: Number(contactPoint.split(':')[1]) },
    policies: {
      loadBalancing: new loadBalancing.AllowListPolicy(new loadBalancing.RoundRobinPolicy(), [contactPoint]),
      reconnection: new reconnection.ConstantReconnectionPolicy(1000),
    },
  });
  try {
    const consistency = cassandra.types.consistencies.all;
    await client.execute(`SELECT key FROM ${keyspace}.standard1 LIMIT 1`, [], { consistency });
    return true;
  } finally {
    await client.shutdown();
  }
}
