import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleArguments } from './cassandra-config.mjs';
import { debeziumJars, java } from './jars.mjs';
import { freePort } from './place.mjs';
import { startDetached, stopProcess, tailOf, waitUntilServing } from './process.mjs';

const ADDRESS = '127.0.0.1';
const HEAP_MIB = 192;
/** Topics are `<prefix>.<keyspace>.<table>`. */
export const TOPIC_PREFIX = 'cdc';

/**
 * The agent knows a table only after its driver has read the schema again, which by default is a second later, and drops
 * what was written until then; of a keyspace made within that second it never learns the tables.
 */
const driverSettings = (contactPoint) => `datastax-java-driver {
  basic {
    contact-points = ["${contactPoint}"]
    load-balancing-policy.local-datacenter = datacenter1
    request.timeout = 20 seconds
  }
  advanced.connection.pool.local.size = 1
  advanced.metadata.schema.debouncer.window = 20 milliseconds
}
`;

/**
 * Reads the commit log as it grows, not segment by segment, and looks often: with the defaults (10 s each, whole
 * segments) a change of a quiet table takes minutes.
 */
const settingsOf = ({ folder, node, kafka, httpPort }) => ({
  'connector.name': 'tidemark',
  'topic.prefix': TOPIC_PREFIX,
  'cassandra.config': join(node.folder, 'conf', 'cassandra.yaml'),
  'cassandra.driver.config.file': join(folder, 'application.conf'),
  'cassandra.node.id': 'node1',
  'cassandra.cluster.name': 'tidemark-test',
  'commit.log.relocation.dir': join(folder, 'relocation'),
  'commit.log.relocation.dir.poll.interval.ms': 1000,
  'commit.log.real.time.processing.enabled': true,
  'commit.log.marked.complete.poll.interval.ms': 50,
  'cdc.dir.poll.interval.ms': 50,
  'poll.interval.ms': 20,
  'offset.backing.store.dir': join(folder, 'offset'),
  // 0, the default, writes a file for every event.
  'offset.flush.interval.ms': 1000,
  'max.offset.flush.size': 2000,
  'snapshot.mode': 'NEVER',
  // Doubles lose digits.
  'decimal.handling.mode': 'string',
  'varint.handling.mode': 'string',
  'http.port': httpPort,
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'key.converter.schemas.enable': false,
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': false,
  'kafka.producer.bootstrap.servers': kafka,
  'kafka.producer.retries': 3,
  'kafka.producer.acks': 1,
  'kafka.producer.linger.ms': 5,
});

const logSettings = (file) => `<configuration>
  <appender name="FILE" class="ch.qos.logback.core.FileAppender">
    <file>${file}</file>
    <encoder><pattern>%d %-5level [%thread] %logger{20} - %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="FILE"/></root>
</configuration>
`;

async function ping(httpPort) {
  const answer = await fetch(`http://${ADDRESS}:${httpPort}/ping`, { signal: AbortSignal.timeout(2_000) });
  if (!answer.ok) throw new Error(`/ping answers ${answer.status}`);
}

/** The agent beside a node that was started with CDC: `node.folder` is the node's, `kafka` the broker's address. */
export async function startDebezium({ folder, node, kafka, port: wanted, quick, timeoutMs }) {
  const jars = debeziumJars();
  for (const name of ['offset', 'relocation']) mkdirSync(join(folder, name), { recursive: true });
  const httpPort = await freePort(wanted, ADDRESS);
  writeFileSync(join(folder, 'application.conf'), driverSettings(node.contactPoint));
  const settings = settingsOf({ folder, node, kafka, httpPort });
  const file = join(folder, 'debezium.properties');
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const logFile = join(folder, 'debezium.log');
  writeFileSync(join(folder, 'logback.xml'), logSettings(logFile));
  const machine = [`-Xms${HEAP_MIB}m`, `-Xmx${HEAP_MIB}m`, '-XX:+UseSerialGC'];
  if (quick) machine.push('-XX:TieredStopAtLevel=1');
  const opens = ['jdk.internal.ref'].flatMap((name) => ['--add-opens', `java.base/${name}=ALL-UNNAMED`]);
  const properties = [
    `-Dlogback.configurationFile=${join(folder, 'logback.xml')}`,
    `-Dcassandra.storagedir=${join(folder, 'storage')}`,
  ];
  const main = ['-cp', join(jars, '*'), 'io.debezium.connector.cassandra.CassandraConnectorTask', file];
  const output = join(folder, 'output.log');
  const args = [...machine, ...moduleArguments, ...opens, ...properties, ...main];
  const started = await startDetached(java, args, { cwd: folder, logFile: output });
  try {
    await waitUntilServing(started, () => ping(httpPort), timeoutMs);
  } catch (error) {
    await stopProcess(started, { signal: 'SIGKILL' });
    const tail = `${tailOf(logFile)}\n${tailOf(output)}`;
    throw new Error(`Debezium did not come up: ${error.message}\n${tail}`, { cause: error });
  }
  const environment = { TIDEMARK_TEST_CDC_DEBEZIUM: `http://${ADDRESS}:${httpPort}` };
  return { ...started, folder, port: httpPort, environment };
}
