import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireBuild } from '../process/cli-program.js';
import { expectWhole, fill, LINES, profile, runLine, small } from '../process/stress-lines.js';
import { realCassandra, Witness } from './cassandra.js';

/** Programs at once. */
const AT_ONCE = 2;
/** Each line may create a keyspace and a table on a machine that does much else. */
const WITHIN_MS = 600_000;

/** Of one node: what asks for more replicas gets one. */
const onOneNode = (line: string): string =>
  line.replace(/\b(replication_)?factor=\d/g, (_, prefix: string | undefined) => `${prefix ?? ''}factor=1`);

describe.skipIf(realCassandra === undefined)('command lines from documentation and test suites', () => {
  let witness: Witness;
  let folder: string;
  beforeAll(async () => {
    requireBuild();
    witness = new Witness(realCassandra ?? '');
    folder = await mkdtemp(join(tmpdir(), 'tidemark-real-lines-'));
  });
  afterAll(async () => {
    await witness.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Lines of one shape share a keyspace: creating and dropping one costs a real node seconds. */
  const keyspaces = new Map<string, string>();
  const keyspaceOf = (line: string): string => {
    const shape = / user /.test(line) ? 'profile' : (/ -col '?(.*?)'?(?= -[a-z]|$)/.exec(line)?.[1] ?? 'default');
    const keyspace = keyspaces.get(shape) ?? witness.keyspace(`shape${keyspaces.size}`);
    keyspaces.set(shape, keyspace);
    return keyspace;
  };
  const wordsOf = (line: string): string => {
    const keyspace = keyspaceOf(line);
    const where = { folder, node: `${witness.host} -port native=${witness.port}`, keyspace };
    return onOneNode(small(line, where)).replace(/keyspace=\S+/, `keyspace=${keyspace}`);
  };
  const carryOut = async (line: string, words = wordsOf(line)): Promise<string | undefined> => {
    const { exitCode, out, errors } = await runLine(words);
    if (exitCode !== 0 || errors !== '') return `${words}: ${errors}`;
    expectWhole(line, out);
    return undefined;
  };

  it(
    'all run on a real Cassandra',
    async () => {
      await writeFile(join(folder, 'profile.yaml'), profile(1).replaceAll('lines', keyspaceOf(' user ')));
      const wrong: (string | undefined)[] = [];
      // What reading lines expect to find: written once for each shape.
      const fills = new Map<string, string>();
      for (const words of LINES.map((line) => fill(wordsOf(line)))) {
        const [command = ''] = words?.split(' ') ?? [];
        const keyspace = /keyspace=(\S+)/.exec(words ?? '')?.[1] ?? '';
        if (words !== undefined) fills.set(`${command} ${keyspace}`, words);
      }
      for (const words of fills.values()) wrong.push(await carryOut(words, words));
      const waiting = [...LINES];
      const work = async (): Promise<void> => {
        for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) wrong.push(await carryOut(line));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      expect(wrong.filter((problem) => problem !== undefined)).toEqual([]);
    },
    WITHIN_MS,
  );
});
