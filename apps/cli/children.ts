import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { EXIT } from './exit-code.js';

interface Process {
  /** Relative to the folder of the compiled program. */
  file: string;
  about: string;
  /** Its options stand in its own program, --help too; else those here, by flag. */
  options: 'its own' | Record<string, string>;
}

/** The processes that the command line starts. */
const PROCESSES = {
  serve: {
    file: '../../apps/api/main.js',
    about: 'start the API on 127.0.0.1:8480 (TIDEMARK_HOST, TIDEMARK_PORT)',
    options: {},
  },
  executor: {
    file: '../../apps/executor/main.js',
    about: 'start an executor that takes runs from the same database',
    options: {},
  },
  sim: { file: '../../libs/cql-sim/main.js', about: 'start the simulated CQL cluster alone', options: 'its own' },
  'cdc-sink': {
    file: '../../apps/cdc-sink/main.js',
    about: "start the sink that takes changes of Cassandra from Kafka (Debezium's) to PostgreSQL",
    options: 'its own',
  },
  demo: {
    file: '../../../scripts/demo.mjs',
    about: 'start everything on a simulated cluster and run two runs',
    options: { '--exit': 'end when the runs have ended' },
  },
  config: {
    file: '../../../scripts/settings.mjs',
    about: 'list every TIDEMARK_ variable with its default',
    options: {},
  },
} as const satisfies Record<string, Process>;

export type ProcessName = keyof typeof PROCESSES;

export const processNames = [
  'serve',
  'executor',
  'sim',
  'cdc-sink',
  'demo',
  'config',
] as const satisfies readonly ProcessName[];

/** What its command says and takes. */
export const processOf = (name: ProcessName): Process => PROCESSES[name];

/** The compiled program of a process, absolute. */
export const processFile = (name: ProcessName): string => fileURLToPath(new URL(PROCESSES[name].file, import.meta.url));

/**
 * Runs a process with this one's terminal until it ends and answers its exit code. Signals are handed on, so that Ctrl-C
 * and an orchestrator's SIGTERM end the child in its own orderly way.
 */
export function runProcess(name: ProcessName, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ['--enable-source-maps', processFile(name), ...args], { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  // A terminal sends Ctrl-C to the child as well: then it needs no second one, only that this process waits.
  const interrupt = (signal: NodeJS.Signals) => (process.stdin.isTTY ? undefined : child.kill(signal));
  process.on('SIGTERM', forward);
  process.on('SIGINT', interrupt);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', forward);
      process.off('SIGINT', interrupt);
      resolve(code ?? (signal === 'SIGINT' ? EXIT.interrupted : EXIT.failed));
    });
  });
}
