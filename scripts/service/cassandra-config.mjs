import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keytool } from './jars.mjs';

/** Of every key store made here. */
export const STORE_PASSWORD = 'cassandra';

/**
 * What a small node on loopback needs; JSON, since every JSON document is YAML too. `seeds`, `token` and `yaml` (more
 * settings) are for nodes of a ring; a node without them is a ring of its own.
 */
export function cassandraYaml({ folder, address, port, storagePort, auth, tls, seeds, token = '0', yaml = {} }) {
  return JSON.stringify(
    {
      cluster_name: 'tidemark-test',
      partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
      endpoint_snitch: 'SimpleSnitch',
      num_tokens: 1,
      initial_token: token,
      auto_bootstrap: false,
      listen_address: address,
      rpc_address: address,
      storage_port: storagePort,
      native_transport_port: port,
      start_native_transport: true,
      seed_provider: [
        {
          class_name: 'org.apache.cassandra.locator.SimpleSeedProvider',
          parameters: [{ seeds: seeds ?? `${address}:${storagePort}` }],
        },
      ],
      commitlog_sync: 'periodic',
      commitlog_sync_period: '10000ms',
      commitlog_segment_size: '16MiB',
      commitlog_total_space: '256MiB',
      hinted_handoff_enabled: false,
      auto_snapshot: false,
      file_cache_size: '32MiB',
      networking_cache_size: '32MiB',
      key_cache_size: '4MiB',
      counter_cache_size: '4MiB',
      concurrent_compactors: 1,
      memtable_flush_writers: 1,
      disk_failure_policy: 'stop',
      // A loaded test machine is slow, not broken.
      read_request_timeout: '10000ms',
      range_request_timeout: '20000ms',
      write_request_timeout: '10000ms',
      request_timeout: '20000ms',
      ...(auth
        ? {
            authenticator: 'PasswordAuthenticator',
            authorizer: 'CassandraAuthorizer',
            role_manager: 'CassandraRoleManager',
          }
        : {}),
      ...(tls
        ? {
            client_encryption_options: {
              enabled: true,
              optional: false,
              keystore: join(folder, 'tls', 'node.p12'),
              keystore_password: STORE_PASSWORD,
              store_type: 'PKCS12',
              require_client_auth: false,
            },
          }
        : {}),
      ...yaml,
    },
    null,
    2,
  );
}

const logback = (file) => `<configuration>
  <appender name="FILE" class="ch.qos.logback.core.FileAppender">
    <file>${file}</file>
    <encoder><pattern>%-5level [%thread] %date{ISO8601} %F:%L - %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="FILE"/></root>
</configuration>
`;

/** A throw-away authority and a node certificate that it signs; the authority is in ca.pem. */
export function writeCertificates(folder, address) {
  const file = (name) => join(folder, name);
  if (existsSync(file('ca.pem'))) return;
  mkdirSync(folder, { recursive: true });
  const run = (args, input) =>
    execFileSync(keytool, [...args, '-storepass', STORE_PASSWORD], { input, stdio: ['pipe', 'pipe', 'pipe'] });
  const keyPair = ['-storetype', 'PKCS12', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '3650'];
  const ca = ['-alias', 'ca', '-keystore', file('ca.p12')];
  const node = ['-alias', 'node', '-keystore', file('node.p12')];
  run([
    '-genkeypair',
    ...ca,
    ...keyPair,
    '-dname',
    'CN=test CA',
    '-ext',
    'bc:c=ca:true',
    '-ext',
    'ku:c=keyCertSign,cRLSign',
  ]);
  const caPem = run(['-exportcert', '-rfc', ...ca]);
  run(['-genkeypair', ...node, ...keyPair, '-dname', `CN=${address}`]);
  const names = ['-ext', `san=ip:${address},dns:localhost`, '-ext', 'ku:c=digitalSignature', '-ext', 'eku=serverAuth'];
  const signed = run(['-gencert', '-rfc', ...ca, '-validity', '3650', ...names], run(['-certreq', ...node]));
  run(['-importcert', '-noprompt', '-alias', 'ca', '-keystore', file('node.p12')], caPem);
  run(['-importcert', '-noprompt', ...node], signed);
  writeFileSync(file('ca.pem'), caPem);
}

/** Writes everything that a node reads at start into its folder. */
export function writeNodeConfig(node) {
  for (const name of ['conf/triggers', 'logs', 'tmp']) mkdirSync(join(node.folder, name), { recursive: true });
  if (node.tls) writeCertificates(join(node.folder, 'tls'), node.address);
  writeFileSync(join(node.folder, 'conf', 'cassandra.yaml'), cassandraYaml(node));
  writeFileSync(join(node.folder, 'conf', 'logback.xml'), logback(join(node.folder, 'logs', 'system.log')));
}

// What Cassandra 5 reaches into on Java 17, by module.
const EXPORTS = {
  'java.base': ['jdk.internal.misc', 'jdk.internal.ref', 'java.lang.ref', 'sun.nio.ch'],
  'java.management.rmi': ['com.sun.jmx.remote.internal.rmi'],
  'java.rmi': ['sun.rmi.registry', 'sun.rmi.server', 'sun.rmi.transport.tcp'],
  'java.sql': ['java.sql'],
  'jdk.unsupported': ['sun.misc'],
  'jdk.compiler': ['com.sun.tools.javac.file'],
  'jdk.attach': ['sun.tools.attach'],
};
const OPENS = {
  'java.base': [
    'java.lang',
    'java.lang.module',
    'java.lang.reflect',
    'java.util',
    'java.util.concurrent',
    'java.util.concurrent.atomic',
    'java.io',
    'java.nio',
    'sun.nio.ch',
    'jdk.internal.loader',
    'jdk.internal.ref',
    'jdk.internal.reflect',
    'jdk.internal.math',
    'jdk.internal.module',
    'jdk.internal.util',
    'jdk.internal.util.jar',
  ],
  'jdk.management': ['com.sun.management.internal'],
  'jdk.compiler': ['com.sun.tools.javac'],
};

const flags = (flag, byModule) =>
  Object.entries(byModule).flatMap(([module, names]) =>
    names.flatMap((name) => [flag, `${module}/${name}=ALL-UNNAMED`]),
  );

/** What java has to open for anything of Cassandra 5. */
export const moduleArguments = [...flags('--add-exports', EXPORTS), ...flags('--add-opens', OPENS)];

/**
 * Arguments of java for one node. `quick` keeps to the first compiler: half the CPU time at start, for tests only.
 * `properties` are more system properties, or others.
 */
export function nodeArguments({ folder, heap, quick, properties: more = {} }, jars) {
  const agent = readdirSync(jars).find((name) => /^jamm-.*\.jar$/.test(name));
  if (!agent) throw new Error(`${jars} has no jamm jar: delete the folder, so that it is downloaded again`);
  const properties = {
    'jdk.attach.allowAttachSelf': 'true',
    'java.net.preferIPv4Stack': 'true',
    'java.awt.headless': 'true',
    'java.io.tmpdir': join(folder, 'tmp'),
    'jna.tmpdir': join(folder, 'tmp'),
    'io.netty.tryReflectionSetAccessible': 'true',
    'io.netty.allocator.useCacheForAllThreads': 'true',
    'io.netty.allocator.maxOrder': '11',
    'cassandra.config': `file://${join(folder, 'conf', 'cassandra.yaml')}`,
    'cassandra.storagedir': folder,
    'cassandra.logdir': join(folder, 'logs'),
    'cassandra.triggers_dir': join(folder, 'conf', 'triggers'),
    'logback.configurationFile': join(folder, 'conf', 'logback.xml'),
    'cassandra-foreground': 'yes',
    // One node has nobody to wait for.
    'cassandra.skip_wait_for_gossip_to_settle': '0',
    'cassandra.ring_delay_ms': '0',
    'cassandra.load_ring_state': 'false',
    'cassandra.superuser_setup_delay_ms': '0',
    'cassandra.consistent.rangemovement': 'false',
    'cassandra.shutdown_announce_in_ms': '0',
    ...more,
  };
  return [
    `-Xms${heap}`,
    `-Xmx${heap}`,
    '-Xss256k',
    '-da',
    '-XX:+UseG1GC',
    '-XX:MaxGCPauseMillis=100',
    '-XX:+PerfDisableSharedMem',
    '-XX:+ExitOnOutOfMemoryError',
    ...(quick ? ['-XX:TieredStopAtLevel=1'] : []),
    `-javaagent:${join(jars, agent)}`,
    ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
    ...moduleArguments,
    '-cp',
    join(jars, '*'),
    'org.apache.cassandra.service.CassandraDaemon',
  ];
}
