import { readFileSync } from 'node:fs';
import { CodedError } from '#libs/contract/problem.js';
import type { Target } from '#libs/contract/target.js';
import { systemClock } from '#libs/load/clock.js';
import { formatStressCommand } from '#libs/stress/command-format.js';
import { printDistribution } from '#libs/stress/print-distribution.js';
import { parseStressCommand, type ProfileText } from '#libs/stress/command-line.js';
import type { CommandOutput } from '#libs/stress/command-output.js';
import type { Shard } from '#libs/workloads/driver.js';
import { drivers } from '#libs/workloads/drivers.js';
import { plans } from '#libs/workloads/plans.js';
import type { StoredStressSpec } from '#libs/workloads/stress/stress.schema.js';
import { errorText } from '../error-text.js';
import { packageVersion } from '../version.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Terminal } from '../terminal.js';
import { graphFacts } from './graph-facts.js';
import { runLocally } from './local-run.js';
import { LocalSummary, localSummaryText } from './local-summary.js';
import { RunFiles } from './run-files.js';
import type { LocalCommand } from './split-stress.js';
import { stressHelp } from './stress-help.js';
import { StressOutput } from './stress-output.js';
import { targetOf } from './stress-target.js';

interface Job {
  spec: StoredStressSpec;
  target: Target;
  shard: Shard;
  output: CommandOutput;
}

const HELP = /^(-{1,2}help|-{1,2}h|-\?)$/i;

/** Commands that run nothing, by name: they answer with a text. */
const TALK: Readonly<Record<string, (args: readonly string[]) => string>> = {
  help: ([, topic]) => stressHelp(topic),
  print: (args) => {
    const dist = /dist\s*=\s*(\S.*)$/i.exec(args.slice(1).join(' '))?.[1];
    return `${printDistribution((dist ?? '').replaceAll(/\s/g, '')).join('\n')}\n`;
  },
  version: () =>
    `tidemark ${packageVersion()}, for the command lines of cassandra-stress 3.11 to 5.0 and ScyllaDB's 3.18\n`,
};

const readProfile: ProfileText = (file) => {
  try {
    return { yaml: readFileSync(file, 'utf8') };
  } catch (error) {
    return { problem: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
};

function readJob({ args, engine }: LocalCommand): Job {
  const { spec: parsed, target: said, output } = parseStressCommand(args.join(' '), readProfile);
  const spec = { ...parsed, engine: engine ?? parsed.engine, command: formatStressCommand(parsed, said, output) };
  const [shard] = plans.stress(spec, { executors: 1 });
  if (shard === undefined) throw new CodedError('INTERNAL', 'the plan has no shard');
  return { spec, target: targetOf(said), shard, output };
}

const instantText = (epochMs: number): string => new Date(epochMs).toISOString();

/** The first Ctrl-C stops the load and keeps what was measured; the second ends the process where it stands. */
function stopSignal(terminal: Terminal): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    terminal.remark('stopping; once more ends at once');
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, stop);
  const release = () => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, stop);
  };
  return { signal: controller.signal, release };
}

async function carryOut(job: Job, json: boolean, terminal: Terminal): Promise<ExitCode> {
  const { spec, target, output: wanted } = job;
  const { signal: interrupted, release } = stopSignal(terminal);
  const broken = new AbortController();
  const files = await RunFiles.open({ hdrFile: spec.log.hdrFile, output: wanted }, () => broken.abort());
  const measured = new LocalSummary(job);
  const line = (text: string) => {
    files.line(text);
    if (json) terminal.remark(text);
    else terminal.write(`${text}\n`);
  };
  const output = new StressOutput({ spec, target, output: wanted }, line, terminal, (snapshot) => {
    files.add(snapshot);
    measured.add(snapshot);
  });
  try {
    const signal = AbortSignal.any([interrupted, broken.signal]);
    const result = await runLocally(drivers.stress, job, output, { clock: systemClock, signal });
    const success = !result.stopped && result.failure === undefined;
    if (result.failure) terminal.remark(`${result.failure.code}: ${result.failure.message}`);
    output.finished(result, success);
    const summary = measured.finished(result, output);
    if (json) terminal.write(localSummaryText(job, result, output, summary));
    await files.publish(graphFacts(job, result, output.facts, summary), instantText(systemClock.epochMs()));
    return success ? EXIT.ok : EXIT.failed;
  } finally {
    release();
    await files.close();
  }
}

/**
 * Runs a cassandra-stress command line in this process. Answers 0, or 1 for whatever went wrong: a line that cannot be
 * read, a file that cannot be written, a run that failed or was stopped.
 */
export async function stress(command: LocalCommand, terminal: Terminal): Promise<ExitCode> {
  try {
    const talk = command.args.some((word) => HELP.test(word))
      ? TALK['help']
      : TALK[command.args[0]?.toLowerCase() ?? ''];
    if (talk) {
      terminal.write(talk(command.args));
      return EXIT.ok;
    }
    return await carryOut(readJob(command), command.json, terminal);
  } catch (error) {
    terminal.remark(errorText(error));
    return EXIT.failed;
  }
}
