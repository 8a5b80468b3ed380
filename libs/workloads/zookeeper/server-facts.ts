import { parseEndpoint } from '#libs/contract/endpoint.js';
import type { Target } from '#libs/contract/target.js';
import type { TargetFacts } from '#libs/workloads/driver.js';
import { fourLetterWord } from './four-letter-word.js';

const TIMEOUT_MS = 2_000;

/** What the servers say of themselves by `srvr`, which every one answers unless it was told not to. */
export async function serverFacts({ contactPoints, port: defaultPort, tls }: Target): Promise<TargetFacts> {
  const nodes = await Promise.all(
    contactPoints.map(async (address) => {
      const { host, port } = parseEndpoint(address, defaultPort) ?? { host: address, port: defaultPort };
      // A TLS port takes no plain words.
      const said = tls ? '' : await fourLetterWord(host, port, 'srvr', TIMEOUT_MS).catch(() => '');
      const releaseVersion = /^Zookeeper version: ([^\s,-]+)/m.exec(said)?.[1] ?? 'unknown';
      const mode = /^Mode: (\S+)/m.exec(said)?.[1] ?? 'unknown';
      return { address, datacenter: '', rack: mode, releaseVersion };
    }),
  );
  return { clusterName: 'ZooKeeper', simulated: false, nodes };
}
