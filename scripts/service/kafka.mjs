import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { java, kafkaJars } from './jars.mjs';
import { freePort } from './place.mjs';
import { startDetached, stopProcess, tailOf, waitUntilServing } from './process.mjs';

const ADDRESS = '127.0.0.1';
const HEAP_MIB = 192;
/** ApiVersions, version 0: the one request that any broker answers. */
const API_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff]);

/** Resolves when the broker answers a request: its port is open a while before it does. */
const probe = (port) =>
  new Promise((resolve, reject) => {
    const socket = connect(port, ADDRESS, () => socket.write(API_VERSIONS));
    socket.setTimeout(2_000, () => socket.destroy(new Error('no answer within 2 s')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('connection closed')));
    socket.once('data', () => {
      resolve();
      socket.destroy();
    });
  });

/** One server that is broker and controller, keeps little, and makes a topic when somebody names one. */
const settingsOf = ({ folder, port, controllerPort }) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@${ADDRESS}:${controllerPort}`,
  listeners: `PLAINTEXT://${ADDRESS}:${port},CONTROLLER://${ADDRESS}:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://${ADDRESS}:${port}`,
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'log.dirs': join(folder, 'data'),
  // One partition: the order of the log is the order of the topic.
  'num.partitions': 1,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'group.initial.rebalance.delay.ms': 0,
  // A sink that was killed is let go of before its successor gives up.
  'group.min.session.timeout.ms': 1000,
  'log.segment.bytes': 64 * 1024 * 1024,
  'log.retention.bytes': 256 * 1024 * 1024,
  'log.cleaner.dedupe.buffer.size': 8 * 1024 * 1024,
});

const logSettings = (file) =>
  JSON.stringify({
    Configuration: {
      Appenders: { File: { name: 'File', fileName: file, PatternLayout: { pattern: '%d %p %m (%c)%n' } } },
      Loggers: { Root: { level: 'INFO', AppenderRef: { ref: 'File' } } },
    },
  });

/** A broker with its data in `folder`. */
export async function startKafka({ folder, port: wanted, quick, timeoutMs }) {
  const jars = kafkaJars();
  mkdirSync(folder, { recursive: true });
  const port = await freePort(wanted, ADDRESS);
  const controllerPort = await freePort(port + 1, ADDRESS);
  const settings = settingsOf({ folder, port, controllerPort });
  const file = join(folder, 'server.properties');
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const logFile = join(folder, 'kafka.log');
  writeFileSync(join(folder, 'log4j2.json'), logSettings(logFile));
  const machine = ['-XX:+UseSerialGC', ...(quick ? ['-XX:TieredStopAtLevel=1'] : [])];
  machine.push(`-Dlog4j2.configurationFile=${join(folder, 'log4j2.json')}`, '-cp', join(jars, '*'));
  if (!existsSync(join(folder, 'data', 'meta.properties'))) {
    const clusterId = randomBytes(16).toString('base64url');
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file];
    execFileSync(java, ['-Xmx64m', ...machine, ...format], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  }
  const heap = [`-Xms${HEAP_MIB}m`, `-Xmx${HEAP_MIB}m`];
  const output = join(folder, 'output.log');
  const started = await startDetached(java, [...heap, ...machine, 'kafka.Kafka', file], {
    cwd: folder,
    logFile: output,
  });
  try {
    await waitUntilServing(started, () => probe(port), timeoutMs);
  } catch (error) {
    await stopProcess(started, { signal: 'SIGKILL' });
    throw new Error(`Kafka did not come up: ${error.message}\n${tailOf(logFile)}\n${tailOf(output)}`, { cause: error });
  }
  return { ...started, folder, port, environment: { TIDEMARK_TEST_CDC_KAFKA: `${ADDRESS}:${port}` } };
}
