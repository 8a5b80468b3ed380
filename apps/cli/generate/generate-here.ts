import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { makeFolder } from '#libs/dataset/dataset-folder.js';
import { systemClock } from '#libs/load/clock.js';
import type { ShardResult } from '#libs/workloads/driver.js';
import { generateInto } from '#libs/workloads/generate/generate.driver.js';
import { planGenerate } from '#libs/workloads/generate/generate.plan.js';
import type { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import { footLines, headLines } from '#libs/workloads/generate/generate-text.js';
import { CodedError } from '#libs/contract/problem.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { localLines } from '../local-lines.js';
import { stopSignal } from '../stop-signal.js';
import { runLocally } from '../stress/local-run.js';
import type { Terminal } from '../terminal.js';
import { generateSpec, type GenerateOptions, localName } from './generate-options.js';

const MS_PER_S = 1_000;

function exitCodeOf({ failure, stopped }: ShardResult): ExitCode {
  if (failure) return EXIT.failed;
  return stopped ? EXIT.interrupted : EXIT.ok;
}

async function carryOut(spec: GenerateSpec, outputDir: string, line: (text: string) => void, signal: AbortSignal) {
  const driver = generateInto(async () => ({ folder: await makeFolder(resolve(outputDir)), shown: outputDir }));
  const [shard] = planGenerate(spec, { executors: 1 });
  if (shard === undefined) throw new CodedError('INTERNAL', 'the plan has no shard');
  for (const text of headLines(spec, outputDir)) line(text);
  const beganNs = systemClock.nowNs();
  const run = { spec, target: null, shard };
  const result = await runLocally(driver, run, localLines('generate', line), { clock: systemClock, signal });
  const seconds = (systemClock.nowNs() - beganNs) / 1e6 / MS_PER_S;
  return { result, seconds };
}

/** Makes the files in this process. With `json`, lines go to standard error and standard output is one document. */
export async function generateHere(options: GenerateOptions, asJson: boolean, terminal: Terminal): Promise<ExitCode> {
  const outputDir = options.outputDir.replace(/(.)\/+$/, '$1');
  const lanes = Math.min(options.threads, availableParallelism());
  const spec = generateSpec(options, localName(resolve(outputDir)), lanes);
  const line = (text: string) => (asJson ? terminal.remark(text) : terminal.write(`${text}\n`));
  const { signal, release } = stopSignal(terminal);
  try {
    const { result, seconds } = await carryOut(spec, outputDir, line, signal);
    if (result.failure) terminal.remark(`${result.failure.code}: ${result.failure.message}`);
    else if (result.stopped) terminal.remark('stopped; finished files are kept and the same command resumes');
    else if (result.report?.kind === 'generate') for (const text of footLines(result.report, seconds)) line(text);
    if (asJson) {
      const { report = null, failure = null, stopped } = result;
      terminal.write(`${JSON.stringify({ spec, seconds, stopped, failure, report }, null, 2)}\n`);
    }
    return exitCodeOf(result);
  } finally {
    release();
  }
}
