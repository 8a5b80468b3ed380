import library, { type LibraryClient, type LibraryError } from 'node-zookeeper-client';
import { HotClient, type PathBytes } from '#libs/zk/hot-client.js';
import type { HotHandler } from '#libs/zk/hot-handler.js';
import { CREATE_MODE } from '#libs/zk/protocol.js';
import { Session } from '#libs/zk/session.js';
import { ZkClient } from '#libs/zk/client.js';
import { processCpuUs } from './engine/measurement.js';
import { median, rounded } from './median.js';
import { locustProgram, measureLocust, measureOurs } from './locust/against-locust.js';
import { readOptions } from './options.js';
import { tableText } from './table.js';

const WARM_UP = 0.3;
const LOCUST_ROUNDS = 2;

const { json, numbers, zookeeper, locust } = readOptions({
  name: 'zookeeper',
  about: [
    'CPU time of this process per operation, one connection to a real server, our client and node-zookeeper-client in turn.',
    '',
    '  get     data of an existing znode',
    '  set     the same znode',
    '  create  an ephemeral znode and its deletion: two operations',
    '',
    'With a Python environment that has locust and kazoo also the whole of a run, set_and_get by so many clients, against',
    'Locust with as many kazoo clients: CPU time of each process per request, everything included.',
  ].join('\n'),
  numbers: {
    operations: { about: 'of each measurement, its warm-up not counted', default: 40_000, min: 1000 },
    rounds: { about: 'measurements of each case; medians are shown', default: 5, min: 1 },
    inflight: { about: 'operations at a time', default: 32, min: 1 },
    bytes: { about: 'size of the data', default: 100, min: 0 },
    clients: { about: 'against Locust', default: 32, min: 1 },
    seconds: { about: 'against Locust, of each round', default: 8, min: 4 },
  },
  zookeeper: true,
});
const address = zookeeper ?? process.env['TIDEMARK_TEST_ZOOKEEPER'];
if (address === undefined) {
  process.stderr.write('expected --zookeeper host:port or TIDEMARK_TEST_ZOOKEEPER: scripts/services start zookeeper\n');
  process.exit(2);
}

const root = `/bench_${process.pid}`;
const data = Buffer.alloc(numbers.bytes, 'x');
const paths = Array.from({ length: numbers.inflight }, (_, slot) => `${root}/${slot}`);
/** Each client's own. */
const scratchOf = (who: string): string[] => paths.map((path) => `${path}_${who}`);

/** Runs one case once and answers when `total` operations have ended. */
type Runner = (total: number) => Promise<void>;
type Case = 'get' | 'set' | 'create';

/** Operations by slot: what has ended in a turn is begun anew at its end. */
class Ours implements HotHandler {
  private hot: HotClient | undefined;
  private readonly ready: number[] = [];
  private readonly exists = new Uint8Array(numbers.inflight);
  private left = 0;
  private open = 0;
  private begin: (hot: HotClient, slot: number) => boolean = () => false;
  private done: (error?: Error) => void = () => {};

  use(hot: HotClient): Readonly<Record<Case, Runner>> {
    this.hot = hot;
    const bytesOf = (list: readonly string[]): PathBytes[] => list.map((path) => hot.path(path));
    const [known, short] = [bytesOf(paths), bytesOf(scratchOf('ours'))];
    const at = (list: readonly PathBytes[], slot: number): PathBytes => list[slot] ?? hot.path('/');
    const runner =
      (begin: (client: HotClient, slot: number) => boolean): Runner =>
      (total) =>
        new Promise((resolve, reject) => {
          this.begin = begin;
          this.left = total;
          this.done = (error) => (error ? reject(error) : resolve());
          for (let slot = 0; slot < numbers.inflight; slot++) this.ready.push(slot);
          this.onTurn();
        });
    return {
      get: runner((client, slot) => client.get(slot, at(known, slot))),
      set: runner((client, slot) => client.set(slot, at(known, slot), data)),
      create: runner((client, slot) => {
        const there = this.exists[slot] === 1;
        this.exists[slot] = there ? 0 : 1;
        return there
          ? client.delete(slot, at(short, slot))
          : client.create(slot, at(short, slot), data, CREATE_MODE.ephemeral);
      }),
    };
  }

  onAnswer(slot: number): void {
    this.open--;
    this.ready.push(slot);
  }
  onFailure(slot: number, code: number): void {
    this.done(new Error(`operation in slot ${slot} failed with code ${code}`));
  }
  onTurn(): void {
    const { hot } = this;
    if (!hot) return;
    for (let slot = this.ready.pop(); slot !== undefined; slot = this.ready.pop()) {
      if (this.left === 0) continue;
      this.left--;
      this.open++;
      if (!this.begin(hot, slot)) this.done(new Error('the client took no operation'));
    }
    hot.flush();
    if (this.left === 0 && this.open === 0) this.done();
  }
}

function theirs(client: LibraryClient): Readonly<Record<Case, Runner>> {
  type Begin = (slot: number, callback: (error: LibraryError | null) => void) => void;
  const runner =
    (begin: Begin): Runner =>
    (total) =>
      new Promise((resolve, reject) => {
        let left = total;
        let ended = 0;
        const next = (slot: number): void => {
          if (left === 0) return;
          left--;
          begin(slot, (error) => {
            if (error) return reject(error);
            if (++ended === total) resolve();
            else next(slot);
          });
        };
        for (let slot = 0; slot < numbers.inflight; slot++) next(slot);
      });
  const there = new Uint8Array(numbers.inflight);
  const scratch = scratchOf('library');
  return {
    get: runner((slot, callback) => client.getData(paths[slot] ?? '', callback)),
    set: runner((slot, callback) => client.setData(paths[slot] ?? '', data, -1, callback)),
    create: runner((slot, callback) => {
      const path = scratch[slot] ?? '';
      if (there[slot] === 1) client.remove(path, -1, callback);
      else client.create(path, data, CREATE_MODE.ephemeral, callback);
      there[slot] = there[slot] === 1 ? 0 : 1;
    }),
  };
}

/** CPU microseconds per operation; whole turns of all slots. */
async function measure(run: Runner): Promise<number> {
  const even = (count: number): number => Math.ceil(count / numbers.inflight) * numbers.inflight;
  await run(even(numbers.operations * WARM_UP));
  const beganUs = processCpuUs();
  await run(even(numbers.operations));
  return (processCpuUs() - beganUs) / even(numbers.operations);
}

const ours = new Ours();
const session = await Session.open(
  { connectString: address, sessionTimeoutMs: 30_000, operationTimeoutMs: 30_000 },
  ours,
);
const control = new ZkClient(session);
await control.create(root);
await Promise.all(paths.map((path) => control.create(path, data)));
const reference = library.createClient(address, { sessionTimeout: 30_000 });
await new Promise<void>((resolve) => {
  reference.once('connected', resolve);
  reference.connect();
});
const runners = { ours: ours.use(new HotClient(session)), library: theirs(reference) };
const CASES = ['get', 'set', 'create'] as const;
const taken = CASES.map((name) => ({ name, ours: [] as number[], library: [] as number[] }));
for (let round = 0; round < numbers.rounds; round++)
  for (const one of taken)
    for (const who of ['ours', 'library'] as const) one[who].push(await measure(runners[who][one.name]));

const program = locustProgram(locust ?? process.env['TIDEMARK_TEST_LOCUST']);
const whole = { ours: [] as number[], locust: [] as number[] };
if (program !== undefined) {
  const effort = { address, root, clients: numbers.clients, seconds: numbers.seconds, bytes: numbers.bytes };
  for (let round = 0; round < LOCUST_ROUNDS; round++) {
    whole.locust.push(await measureLocust(program, effort));
    whole.ours.push(await measureOurs(effort));
  }
}

// What is ephemeral goes with the sessions; what is not, after them.
await new Promise<void>((resolve) => {
  reference.once('disconnected', resolve);
  reference.close();
});
await session.close();
const tidying = await Session.open({ connectString: address, sessionTimeoutMs: 30_000, operationTimeoutMs: 30_000 });
const tidy = new ZkClient(tidying);
await Promise.all((await tidy.children(root)).map((name) => tidy.delete(`${root}/${name}`)));
await tidy.delete(root);
await tidying.close();

const figures = taken.map((one) => ({
  bench: 'zookeeper',
  case: one.name,
  oursCpuUs: rounded(median(one.ours), 2),
  libraryCpuUs: rounded(median(one.library), 2),
  ratio: rounded(median(one.library) / median(one.ours), 2),
}));
const against = program && {
  bench: 'zookeeper',
  case: `set_and_get, ${numbers.clients} clients`,
  oursCpuUs: rounded(median(whole.ours), 2),
  locustCpuUs: rounded(median(whole.locust), 2),
  ratio: rounded(median(whole.locust) / median(whole.ours), 2),
};
if (json)
  process.stdout.write([...figures, ...(against ? [against] : [])].map((one) => `${JSON.stringify(one)}\n`).join(''));
else {
  process.stdout.write(
    tableText(
      ['case', 'ours, CPU us/op', 'library', 'ratio'],
      figures.map((one) => [one.case, one.oursCpuUs, one.libraryCpuUs, one.ratio]),
    ),
  );
  if (against)
    process.stdout.write(
      `\n${tableText(
        ['whole run', 'ours, CPU us/op', 'Locust and kazoo', 'ratio'],
        [[against.case, against.oursCpuUs, against.locustCpuUs, against.ratio]],
      )}`,
    );
}
