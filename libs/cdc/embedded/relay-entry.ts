import { parentPort, workerData } from 'node:worker_threads';
import { startSimulator } from '#libs/cql-sim/simulator.js';
import { systemClock } from '#libs/load/clock.js';
import { SinkClient } from '../postgres/sink-client.js';
import { RowShape } from '../row-shape.js';
import type { RelayCommand, RelayInput, RelayReport } from './message.js';
import { Relay } from './relay.js';
import { SinkWriter } from './sink-writer.js';

/*
 * The thread of a simulated pipeline: a simulated cluster, and a relay that applies its changes to PostgreSQL.
 */
const port = parentPort;
if (!port) throw new Error('relay-entry is a worker thread: start it through openEmbedded');
const report = (message: RelayReport): void => port.postMessage(message);
const fail = (error: unknown): void =>
  report({ type: 'failed', message: error instanceof Error ? error.message : String(error) });

const MAX_BYTES = 2 ** 31;

const { spec }: RelayInput = workerData;
const { pipeline, table, seed } = spec;
let relay: Relay | undefined;
let client: SinkClient | undefined;

try {
  const simulator = await startSimulator({ nodes: 1, maxBytes: MAX_BYTES });
  simulator.onMutation((mutation) => {
    if (mutation.keyspace === table.keyspace && mutation.table === table.table) relay?.committed(mutation);
  });
  const act: { [T in RelayCommand['type']]: (command: Extract<RelayCommand, { type: T }>) => Promise<void> } = {
    async begin({ sink }) {
      if (pipeline.type !== 'embedded') throw new TypeError('expected an embedded pipeline, found an external one');
      client = await SinkClient.connect(sink);
      const writer = new SinkWriter(client, new RowShape(table, seed));
      relay = new Relay({
        pipeline,
        seed,
        clock: systemClock,
        apply: (mutations) => writer.apply(mutations),
        log: (message) => report({ type: 'log', message }),
      });
      relay.start();
      report({ type: 'begun' });
    },
    async figures() {
      report({ type: 'figures', figures: relay?.figures() ?? { applied: 0, lost: 0, duplicated: 0, reordered: 0 } });
    },
    async close() {
      await relay?.stop();
      await client?.close();
      await simulator.close();
      port.close();
    },
  };
  port.on('message', (command: RelayCommand) => {
    const done =
      command.type === 'begin'
        ? act.begin(command)
        : command.type === 'figures'
          ? act.figures(command)
          : act.close(command);
    done.catch(fail);
  });
  report({ type: 'listening', contactPoints: simulator.contactPoints });
} catch (error) {
  fail(error);
}
