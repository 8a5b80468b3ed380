import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from './place.mjs';

const pomOf = (name) => fileURLToPath(new URL(`./${name}-pom.xml`, import.meta.url));
const STRESS_VERSION = '3.11.5';

export const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
export const keytool = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'keytool') : 'keytool';

/** Maven says why it failed on its standard output. */
function maven(args) {
  try {
    execFileSync('mvn', ['-q', '-B', ...args], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  } catch (error) {
    if (error.code === 'ENOENT') throw new Error('mvn is not installed: install maven (apt-get install maven)');
    throw new Error(`mvn ${args.join(' ')} failed:\n${`${error.stdout}${error.stderr}`.trim().slice(-2000)}`);
  }
}

function download(artifact, folder) {
  mkdirSync(folder, { recursive: true });
  maven(['dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
}

/** The folder with every jar that a service needs; downloaded once. */
function jarsOf(name) {
  const folder = join(cacheRoot, `${name}-jars`);
  if (!existsSync(folder)) {
    // Into a folder of its own first, so that a download that broke off is never taken for a whole one.
    const partial = `${folder}.${process.pid}`;
    maven([
      '-f',
      pomOf(name),
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${partial}`,
    ]);
    if (existsSync(folder)) rmSync(partial, { recursive: true });
    else renameSync(partial, folder);
  }
  return folder;
}

export const cassandraJars = () => jarsOf('cassandra');
export const zookeeperJars = () => jarsOf('zookeeper');
export const kafkaJars = () => jarsOf('kafka');
export const debeziumJars = () => jarsOf('debezium');

/** Path of a HdrHistogram jar: the Java library whose logs ours must equal. */
function hdrJar(version) {
  const file = join(cacheRoot, 'jars', `HdrHistogram-${version}.jar`);
  if (!existsSync(file)) download(`org.hdrhistogram:HdrHistogram:${version}`, join(cacheRoot, 'jars'));
  return file;
}

/**
 * Path of an executable that is the genuine Java cassandra-stress. It needs protocolVersion=4 in -mode (its driver knows
 * no v5) and prints zeros for GC, since there is no JMX.
 */
function stressLauncher() {
  const home = join(cacheRoot, `apache-cassandra-${STRESS_VERSION}`);
  const launcher = join(cacheRoot, `cassandra-stress-${STRESS_VERSION}`);
  if (existsSync(launcher)) return launcher;
  if (!existsSync(join(home, 'tools/lib/stress.jar'))) {
    download(`org.apache.cassandra:apache-cassandra:${STRESS_VERSION}:tar.gz:bin`, cacheRoot);
    execFileSync('tar', ['-xzf', join(cacheRoot, `apache-cassandra-${STRESS_VERSION}-bin.tar.gz`), '-C', cacheRoot]);
  }
  // The HdrHistogram in the tarball needs a package that Java 11 removed; a newer one goes before it.
  const classPath = [hdrJar('2.1.12'), `${home}/conf`, `${home}/tools/lib/*`, `${home}/lib/*`].join(':');
  const opens = ['java.nio', 'sun.nio.ch', 'java.lang', 'jdk.internal.ref', 'java.io'];
  const scratch = join(cacheRoot, 'cassandra-stress-scratch');
  mkdirSync(scratch, { recursive: true });
  const command = [
    `exec '${java}' -ea \${STRESS_JVM:--Xmx1G}`,
    `-Dlogback.configurationFile=logback-tools.xml '-Dcassandra.storagedir=${scratch}'`,
    ...opens.map((name) => `--add-opens java.base/${name}=ALL-UNNAMED`),
    ...['jdk.internal.ref', 'jdk.internal.misc'].map((name) => `--add-exports java.base/${name}=ALL-UNNAMED`),
    `-cp '${classPath}' org.apache.cassandra.stress.Stress "$@"`,
  ].join(' ');
  writeFileSync(`${launcher}.${process.pid}`, `#!/bin/sh\n${command}\n`);
  chmodSync(`${launcher}.${process.pid}`, 0o755);
  renameSync(`${launcher}.${process.pid}`, launcher);
  return launcher;
}

/** What `services jar <name>` fetches: the variable that tests find it by, and how it is had. */
export const JARS = {
  kafka: { variable: 'TIDEMARK_TEST_KAFKA_JARS', fetch: kafkaJars },
  debezium: { variable: 'TIDEMARK_TEST_DEBEZIUM_JARS', fetch: debeziumJars },
  hdrhistogram: { variable: 'TIDEMARK_TEST_HDR_JAR', fetch: () => hdrJar('2.2.2') },
  'cassandra-stress': { variable: 'TIDEMARK_TEST_CASSANDRA_STRESS', fetch: stressLauncher },
};

/** Variables of the jars that are here already; downloads nothing. */
export function presentJars() {
  const present = {};
  const names = (folder) => (existsSync(folder) ? readdirSync(folder) : []);
  if (names(join(cacheRoot, 'jars')).includes('HdrHistogram-2.2.2.jar')) {
    present.TIDEMARK_TEST_HDR_JAR = join(cacheRoot, 'jars', 'HdrHistogram-2.2.2.jar');
  }
  if (names(cacheRoot).includes(`cassandra-stress-${STRESS_VERSION}`)) {
    present.TIDEMARK_TEST_CASSANDRA_STRESS = join(cacheRoot, `cassandra-stress-${STRESS_VERSION}`);
  }
  return present;
}
