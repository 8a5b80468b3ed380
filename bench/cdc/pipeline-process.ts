import { Relay } from '#libs/cdc/embedded/relay.js';
import { SinkWriter } from '#libs/cdc/embedded/sink-writer.js';
import { SinkClient } from '#libs/cdc/postgres/sink-client.js';
import { RowShape } from '#libs/cdc/row-shape.js';
import { Sink } from '#libs/contract/sink.js';
import { startSimulator } from '#libs/cql-sim/simulator.js';
import { systemClock } from '#libs/load/clock.js';
import { CdcSpec } from '#libs/workloads/cdc/cdc.schema.js';

/*
 * Source and relay of the CDC bench, in a process of their own: their CPU time is not the executor's. Takes the run's
 * specification and sink as JSON; says where the source is.
 */
const [specText = '', sinkText = ''] = process.argv.slice(2);
const { table, seed } = CdcSpec.parse(JSON.parse(specText));
const client = await SinkClient.connect(Sink.parse(JSON.parse(sinkText)));
const writer = new SinkWriter(client, new RowShape(table, seed));
const relay = new Relay({
  pipeline: {
    type: 'embedded',
    lag: { type: 'constant', ms: 20 },
    lossShare: 0,
    duplicateShare: 0,
    reorderShare: 0,
  },
  seed,
  clock: systemClock,
  apply: (mutations) => writer.apply(mutations),
  log: (message) => process.stderr.write(`${message}\n`),
});
const simulator = await startSimulator({ nodes: 1, maxBytes: 2 ** 31 });
simulator.onMutation((mutation) => {
  if (mutation.table === table.table) relay.committed(mutation);
});
relay.start();
process.stdout.write(`${JSON.stringify({ contactPoints: simulator.contactPoints })}\n`);
process.once('SIGTERM', () => {
  void Promise.all([relay.stop(), simulator.close()])
    .then(() => client.close())
    .then(() => process.exit(0));
});
