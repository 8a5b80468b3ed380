import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tidemark } from '../process/cli-program.js';
import { genuineStress, realCassandra, Witness } from './cassandra.js';

const HEADER = /^type {7}total ops,.*$/m;
/** Settings of ScyllaDB's 3.18, whose block ours is, that Cassandra's own tool of 3.11 does not have. */
const ONLY_SCYLLA = /^(CloudConf|  (Serial Consistency Level|Fail fast setting|Rack|Storage Options)):/;

const settingsLabels = (out: string): string[] => {
  const lines = out.split('\n');
  const from = lines.findIndex((line) => line.startsWith('****'));
  const block = lines.slice(from, lines.indexOf('', from));
  // The misprint of 3.11 is not ours.
  return block
    .filter((line, index) => !ONLY_SCYLLA.test(line) && block[index - 1] !== 'CloudConf:')
    .map((line) =>
      line
        .replace('Pptions', 'Options')
        .replace(/:.*/, ':')
        .replace(/factory=.*/, 'factory'),
    );
};

const summaryShapes = (out: string) =>
  // What the original says on standard error stands behind it.
  (/^Results:$[^]*?^(END|FAILURE)$/m.exec(out)?.[0] ?? '').split('\n').map((line) => ({
    label: line.slice(0, 27),
    firstEnds: /^[^:]+: +[\d,.NaN]+/.exec(line)?.[0].length,
    rest: line.replace(/^[^:]+: +/, '').replace(/\d[\d,.]*/g, '#'),
  }));

const rowsOf = (out: string) =>
  [...out.matchAll(/^(?:[A-Z_]+|total), .*$/gm)].map(([row]) =>
    [...row.matchAll(/,/g)].map(({ index }) => index).join(),
  );

describe.skipIf(realCassandra === undefined || genuineStress === undefined)(
  'what Tidemark and the genuine cassandra-stress print of the same line',
  () => {
    let witness: Witness;
    beforeAll(() => {
      witness = new Witness(realCassandra ?? '');
    });
    afterAll(() => witness.close());

    it.each([
      'write n=4000 cl=ONE -rate threads=8 -pop seq=1..4000',
      'mixed ratio(write=1,read=1) n=3000 cl=ONE no-warmup -rate threads=8 -pop dist=FIXED(1)',
      'counter_write n=2000 cl=ONE -rate threads=4 fixed=2000/s',
    ])('is the same but for the figures: %s', async (line) => {
      const keyspace = witness.keyspace('text');
      const theirs = await witness.genuine(line, keyspace);
      expect(theirs.exitCode, theirs.out).toBe(0);
      const place = `-node ${witness.host} -port native=${witness.port} -mode native cql3 protocolVersion=4`;
      const words = `${line} -schema keyspace=${keyspace} ${place}`.split(' ');
      const ours = await tidemark(['stress', ...words]).ended;
      expect(ours.exitCode, ours.errors).toBe(0);

      expect(settingsLabels(theirs.out).length).toBeGreaterThan(60);
      expect(settingsLabels(ours.out)).toEqual(settingsLabels(theirs.out));
      expect(HEADER.exec(ours.out)?.[0]).toBe(HEADER.exec(theirs.out)?.[0]);
      expect(new Set(rowsOf(ours.out))).toEqual(new Set(rowsOf(theirs.out)));
      expect(summaryShapes(ours.out).length).toBeGreaterThan(18);
      expect(summaryShapes(ours.out)).toEqual(summaryShapes(theirs.out));
      const said = (out: string) => [...out.matchAll(/^(Connected to|Warming up|Running) .*$/gm)].map(([text]) => text);
      const plain = (texts: string[]) =>
        texts
          .map((text) => text.replace(/null|\d+$|(?<=connection )\d+/g, '#'))
          // The original keeps its operations in a map without an order.
          .map((text) => text.replace(/(?<=\[).*(?=\])/, (names) => names.split(', ').sort().join(', ')))
          .sort();
      expect(plain(said(ours.out))).toEqual(plain(said(theirs.out)));
    });
  },
);
