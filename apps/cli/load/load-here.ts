import { realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { CodedError } from '#libs/contract/problem.js';
import { makeFolder } from '#libs/dataset/dataset-folder.js';
import { systemClock } from '#libs/load/clock.js';
import type { Target } from '#libs/contract/target.js';
import { loadFrom } from '#libs/workloads/load/load.driver.js';
import { planLoad } from '#libs/workloads/load/load.plan.js';
import type { LoadSpec } from '#libs/workloads/load/load.schema.js';
import { loadFoot, loadHead } from '#libs/workloads/load/load-text.js';
import { loadVerdict } from '#libs/workloads/load/load-verdict.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { localName } from '../generate/generate-options.js';
import { stopSignal } from '../stop-signal.js';
import { localLines } from '../local-lines.js';
import { runLocally } from '../stress/local-run.js';
import type { Terminal } from '../terminal.js';
import type { LoadVariables } from './config.js';
import { loadRequest, type LoadOptions, placeOf } from './load-options.js';

const NS_PER_S = 1e9;

interface Asked {
  spec: LoadSpec;
  target: Target;
  folder: string;
  stateFolder: string | undefined;
}

async function carryOut(
  { spec, target, folder, stateFolder }: Asked,
  line: (text: string) => void,
  signal: AbortSignal,
) {
  const driver = loadFrom(async () => ({
    folder: await realpath(folder).catch((cause: unknown) => {
      throw new CodedError(
        'INPUT_UNREADABLE',
        `No files found: there is no folder ${folder}; check --csv-pattern`,
        [],
        { cause },
      );
    }),
    shown: folder,
    stateFolder: stateFolder === undefined ? undefined : await makeFolder(resolve(stateFolder)),
  }));
  const [shard] = planLoad(spec, { executors: 1 });
  if (shard === undefined) throw new CodedError('INTERNAL', 'the plan has no shard');
  for (const text of loadHead(spec, folder)) line(text);
  // Connecting and making the table are no part of the rate.
  let beganNs = systemClock.nowNs();
  const events = { ...localLines('load', line), opened: () => (beganNs = systemClock.nowNs()) };
  const clocked = { clock: systemClock, signal };
  const result = await runLocally(driver, { spec, target, shard }, events, clocked);
  return { result, seconds: (systemClock.nowNs() - beganNs) / NS_PER_S };
}

/** Loads the files in this process. With `json`, lines go to standard error and standard output is one document. */
export async function loadHere(
  options: LoadOptions & { stateDir?: string },
  variables: LoadVariables,
  asJson: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const { folder, pattern } = placeOf(options, variables);
  const dataset = localName(resolve(folder));
  const { spec, target } = loadRequest(options, variables, { dataset, pattern, lanes: availableParallelism() });
  const line = (text: string) => (asJson ? terminal.remark(text) : terminal.write(`${text}\n`));
  const { signal, release } = stopSignal(terminal);
  try {
    const asked = { spec, target, folder, stateFolder: options.stateDir };
    const { result, seconds } = await carryOut(asked, line, signal);
    const { report, stopped } = result;
    const wrong = report?.kind === 'load' && !stopped ? loadVerdict(report) : undefined;
    const failure =
      result.failure ?? (wrong === undefined ? undefined : { code: 'VALIDATION_MISMATCH', message: wrong });
    if (failure) terminal.remark(`${failure.code}: ${failure.message}`);
    else if (stopped) terminal.remark('stopped; the same command goes on from the last acknowledged rows');
    if (report?.kind === 'load') for (const text of loadFoot(report, seconds)) line(text);
    if (asJson)
      terminal.write(
        `${JSON.stringify({ spec, seconds, stopped, failure: failure ?? null, report: report ?? null }, null, 2)}\n`,
      );
    if (failure) return EXIT.failed;
    return stopped ? EXIT.interrupted : EXIT.ok;
  } finally {
    release();
  }
}
