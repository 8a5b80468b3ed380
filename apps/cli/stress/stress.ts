import { join, parse } from 'node:path';
import { CodedError } from '#libs/contract/problem.js';
import type { Target } from '#libs/contract/target.js';
import { systemClock } from '#libs/load/clock.js';
import { formatStressCommand } from '#libs/stress/command-format.js';
import { printDistribution } from '#libs/stress/print-distribution.js';
import { parseStressCommand } from '#libs/stress/command-line.js';
import { type CommandOutput, PLAIN_OUTPUT } from '#libs/stress/command-output.js';
import type { ThreadSearch } from '#libs/stress/thread-search.js';
import { onlyReads } from '#libs/stress/operations.js';
import type { Shard } from '#libs/workloads/driver.js';
import { plans } from '#libs/workloads/plans.js';
import { stressDriver } from '#libs/workloads/stress/stress.driver.js';
import type { StoredStressSpec } from '#libs/workloads/stress/stress.schema.js';
import { errorText } from '../error-text.js';
import { packageVersion } from '#libs/contract/version.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { stopSignal } from '../stop-signal.js';
import type { Terminal } from '../terminal.js';
import { doorHelp } from './door-help.js';
import { readDoor } from './door-job.js';
import { graphFacts } from './graph-facts.js';
import { runLocally, StoppedEarly } from './local-run.js';
import { LocalSummary, localSummaryText } from './local-summary.js';
import type { LocalCommand } from './split-stress.js';
import { openLogFile } from './log-file.js';
import { readProfile } from './profile-text.js';
import { RunFiles } from './run-files.js';
import { stressHelp } from './stress-help.js';
import { StressOutput } from './stress-output.js';
import { targetOf } from './stress-target.js';
import { searchThreads } from './thread-search-run.js';

interface Job {
  spec: StoredStressSpec;
  target: Target;
  shard: Shard;
  output: CommandOutput;
}

interface Work {
  job: Job;
  auto: ThreadSearch | undefined;
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

function readWork(command: LocalCommand, terminal: Terminal): Work {
  const { args, engine, from } = command;
  if (from !== undefined) {
    const { spec, target } = readDoor(from, command, terminal);
    return { job: planned(spec, target, PLAIN_OUTPUT), auto: undefined };
  }
  const { spec: parsed, target: said, auto, output } = parseStressCommand(args.join(' '), readProfile);
  const spec = { ...parsed, engine: engine ?? parsed.engine, command: formatStressCommand(parsed, said, output) };
  return { job: planned(spec, targetOf(said), output), auto };
}

function planned(spec: StoredStressSpec, target: Target, output: CommandOutput): Job {
  const [shard] = plans.stress(spec, { executors: 1 });
  if (shard === undefined) throw new CodedError('INTERNAL', 'the plan has no shard');
  return { spec, target, shard, output };
}

/** Where the texts and the figures of a run go. */
interface Outlet {
  terminal: Terminal;
  line: (text: string) => void;
  /** The run as JSON; undefined when nobody asked for it. */
  json: ((document: string) => void) | undefined;
}

/** One run, whose texts `output` makes: intervals, summary, histograms, picture. */
async function runOnce(job: Job, output: StressOutput, { terminal, json }: Outlet, interrupted: AbortSignal) {
  const broken = new AbortController();
  const files = await RunFiles.open({ hdrFile: job.spec.log.hdrFile, graph: job.output.graph }, () => broken.abort());
  const measured = new LocalSummary(job);
  output.keep = (snapshot) => {
    files.add(snapshot);
    measured.add(snapshot);
  };
  try {
    const signal = AbortSignal.any([interrupted, broken.signal]);
    const result = await runLocally(stressDriver, job, output, { clock: systemClock, signal });
    const success = !result.stopped && result.failure === undefined;
    if (result.failure) terminal.remark(`${result.failure.code}: ${result.failure.message}`);
    output.finished(result);
    const summary = measured.finished(result, output);
    json?.(localSummaryText(job, result, output, summary));
    await files.publish(graphFacts(job, result, output.facts, summary), systemClock.epochMs());
    return success;
  } finally {
    await files.discard();
  }
}

/** `run.hdr` of 104 threads is `run.104.hdr`. */
const hdrFileOf = (path: string, threads: number): string => {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}.${threads}${ext}`);
};

/** The same job with another number of threads; a picture says them, as the original's does. Only the first is warmed up. */
function withThreads({ spec: whole, target, output }: Job, threads: number, isFirst: boolean): Job {
  const truncate = whole.truncate === 'once' ? 'never' : whole.truncate;
  const { hdrFile } = whole.log;
  // One name for all would leave the last run's histograms alone.
  const log = { ...whole.log, ...(hdrFile !== undefined && { hdrFile: hdrFileOf(hdrFile, threads) }) };
  const spec = { ...whole, log, ...(isFirst ? {} : { warmup: false, truncate }) };
  const graph = output.graph && { ...output.graph, revision: `${output.graph.revision} - ${threads} threads` };
  return planned({ ...spec, rate: { ...spec.rate, threads } }, target, { ...output, graph });
}

async function carryOut({ job, auto }: Work, asJson: boolean, terminal: Terminal): Promise<ExitCode> {
  const { signal, release } = stopSignal(terminal);
  const documents: string[] = [];
  const broken = new AbortController();
  const { logFile } = job.output;
  const log = logFile === undefined ? undefined : await openLogFile(logFile, () => broken.abort());
  const outlet: Outlet = {
    terminal,
    line: (text) => {
      log?.line(text);
      if (asJson) terminal.remark(text);
      else terminal.write(`${text}\n`);
    },
    json: asJson ? (document) => void documents.push(document) : undefined,
  };
  const stopped = AbortSignal.any([signal, broken.signal]);
  const first = new StressOutput(job, outlet.line, terminal);
  if (job.spec.log.settings) first.settings(auto);
  try {
    const success =
      auto === undefined
        ? await runOnce(job, first, outlet, stopped)
        : await searchThreads({
            spec: job.spec,
            limits: auto,
            writes: !onlyReads(job.spec),
            line: outlet.line,
            header: first.header,
            clock: systemClock,
            signal: stopped,
            run: async (threads) => {
              const step = withThreads(job, threads, threads === auto.minThreads);
              const output = new StressOutput(step, outlet.line, terminal);
              return { success: await runOnce(step, output, outlet, stopped), ...output.whole() };
            },
          });
    outlet.line(first.end(success));
    if (asJson) terminal.write(auto === undefined ? documents.join('') : `[${documents.join(',').trimEnd()}]\n`);
    return success ? EXIT.ok : EXIT.failed;
  } finally {
    release();
    await log?.close();
  }
}

/**
 * Runs a cassandra-stress command line in this process. Answers 0, or 1 for whatever went wrong: a line that cannot be
 * read, a file that cannot be written, a run that failed or was stopped.
 */
export async function stress(command: LocalCommand, terminal: Terminal): Promise<ExitCode> {
  try {
    if (command.from !== undefined && (command.args.length === 0 || command.args.some((word) => HELP.test(word)))) {
      terminal.write(doorHelp(command.from));
      return EXIT.ok;
    }
    const talk =
      command.from !== undefined
        ? undefined
        : command.args.some((word) => HELP.test(word))
          ? TALK['help']
          : TALK[command.args[0]?.toLowerCase() ?? ''];
    if (talk) {
      terminal.write(talk(command.args));
      return EXIT.ok;
    }
    return await carryOut(readWork(command, terminal), command.json, terminal);
  } catch (error) {
    terminal.remark(errorText(error));
    // Of a line that cannot be read the original's is 1.
    return error instanceof StoppedEarly ? EXIT.interrupted : EXIT.failed;
  }
}
