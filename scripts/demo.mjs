import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build, install, root } from './prepare.mjs';
import { probeCql } from './service/cql-probe.mjs';
import { freePort } from './service/place.mjs';
import { tailOf } from './service/process.mjs';

/*
 * npm run demo: a simulated cluster of three nodes, the API and two executors on SQLite, then a write run and a read run
 * that validates every row. It stays until Ctrl-C; with --exit it ends after the runs, with 0 if both are good.
 */
// Far below what two cores carry, so that the result is about latency and not about this machine's limit.
const ROWS = 60_000;
const RATE_PER_SECOND = 15_000;
const NODES = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];
const READY_WITHIN_MS = 30_000;
const STOP_GRACE_MS = 10_000;
const INTERRUPTED = 130;

const startedMs = Date.now();
const say = (text) => console.log(`[${((Date.now() - startedMs) / 1000).toFixed(1).padStart(5)} s] ${text}`);
const compiled = (file) => join(root, 'dist', file);

/** Settings of the caller's own Tidemark must not leak into the demo. */
const environment = (settings) => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TIDEMARK_'))),
  ...settings,
});

class Demo {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-demo-'));
  children = [];

  /** Starts one process and waits until `isReady` resolves; its output goes to a file that is shown when it fails. */
  async start(title, file, args, settings, isReady) {
    const logFile = join(this.folder, `${this.children.length}.log`);
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, ['--enable-source-maps', compiled(file), ...args], {
      cwd: this.folder,
      env: environment(settings),
      stdio: ['ignore', log, log],
      // Its own group: Ctrl-C reaches this process alone, which then stops the others in order.
      detached: true,
    });
    closeSync(log);
    const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
    this.children.push({ child, ended });
    const deadlineMs = Date.now() + READY_WITHIN_MS;
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`${title} ended with ${child.signalCode ?? child.exitCode}:\n${tailOf(logFile)}`);
      }
      try {
        await isReady();
        break;
      } catch (error) {
        if (Date.now() > deadlineMs) throw new Error(`${title} is not ready: ${error.message}\n${tailOf(logFile)}`);
        await sleep(50);
      }
    }
    say(`${title} is up (pid ${child.pid})`);
  }

  /** Posts a run and shows it to its end, by the command line itself. Answers its exit code. */
  async run(server, definition) {
    const child = spawn(process.execPath, [compiled('apps/cli/main.js'), 'run', '-', '--watch'], {
      env: environment({ TIDEMARK_SERVER: server }),
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const ended = new Promise((resolve) =>
      child.once('exit', (code) => resolve(code ?? 1)).once('error', () => resolve(1)),
    );
    this.children.push({ child, ended });
    child.stdin.end(JSON.stringify(definition));
    return ended;
  }

  /** The last one started is stopped first; nothing is left behind. */
  async stop() {
    for (const { child, ended } of this.children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function answerOf(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

/** One port that is free on every node's address. */
async function clusterPort(wanted) {
  for (let port = await freePort(wanted); ; port = await freePort(0)) {
    const taken = await Promise.all(NODES.map((host) => freePort(port, host)));
    if (taken.every((each) => each === port)) return port;
  }
}

async function startProcesses(demo) {
  const port = await clusterPort(9042);
  const simArguments = ['--nodes', String(NODES.length), '--port', String(port)];
  await demo.start('simulated cluster of 3 nodes', 'libs/cql-sim/main.js', simArguments, {}, () =>
    Promise.all(NODES.map((host) => probeCql({ host, port }))),
  );
  const apiPort = await freePort(8480);
  const server = `http://127.0.0.1:${apiPort}`;
  const database = { TIDEMARK_DATABASE_URL: `sqlite:${join(demo.folder, 'tidemark.db')}` };
  const api = { ...database, TIDEMARK_HOST: '127.0.0.1', TIDEMARK_PORT: String(apiPort) };
  await demo.start('API', 'apps/api/main.js', [], api, () => answerOf(`${server}/health/ready`));
  for (const executors of [1, 2]) {
    await demo.start(`executor ${executors}`, 'apps/executor/main.js', [], database, async () => {
      const { items } = await answerOf(`${server}/v1/executors`);
      const alive = items.filter((executor) => executor.alive).length;
      if (alive < executors) throw new Error(`${alive} of ${executors} executors have registered`);
    });
  }
  return { server, contactPoint: `${NODES[0]}:${port}` };
}

const definition = (name, command, contactPoint) => ({
  kind: 'stress',
  name,
  labels: { demo: 'true' },
  target: { contactPoints: [contactPoint] },
  spec: { command },
  placement: { executors: 2 },
});

async function runDemo(demo) {
  const { server, contactPoint } = await startProcesses(demo);
  say(`dashboard: ${server}/   API docs: ${server}/docs`);
  const rate = `-rate threads=64 fixed=${RATE_PER_SECOND}/s`;
  const sequence = `-pop seq=1..${ROWS}`;
  const runs = [
    ['demo write', `write n=${ROWS} cl=ONE ${sequence} ${rate}`],
    ['demo read, every row validated', `read n=${ROWS} cl=ONE ${sequence} ${rate}`],
  ];
  let exitCode = 0;
  for (const [name, command] of runs) {
    console.log('');
    say(`${name} on the SIMULATED cluster, two executors: ${command}`);
    const code = await demo.run(server, definition(name, command, contactPoint));
    if (code !== 0) {
      exitCode = 1;
      say(`${name}: did not complete, or its result cannot be believed (see above)`);
      break;
    }
  }
  console.log('');
  const { items } = await answerOf(`${server}/v1/runs`);
  for (const run of items.toReversed()) {
    say(`${run.name}: ${run.status}, ${run.validity?.level ?? 'no result'}: ${server}/#/runs/${run.id}`);
  }
  say(`dashboard: ${server}/   API docs: ${server}/docs   document: ${server}/openapi.json   runs: ${server}/v1/runs`);
  return exitCode;
}

const stays = !process.argv.includes('--exit');
install();
build();
const demo = new Demo();
const interrupted = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => resolve(INTERRUPTED));
});
try {
  const work = runDemo(demo);
  // After Ctrl-C nobody waits for it any more.
  work.catch(() => undefined);
  const exitCode = await Promise.race([work, interrupted]);
  if (stays && exitCode !== INTERRUPTED) {
    say('everything stays up; Ctrl-C ends it');
    await interrupted;
  }
  process.exitCode = exitCode;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  say('stopping');
  await demo.stop();
}
