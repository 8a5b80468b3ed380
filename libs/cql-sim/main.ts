import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { parseSimArguments } from './sim-arguments.js';
import { startControl } from './control-server.js';
import { startSimulator } from './simulator.js';

/**
 * Runs the simulated cluster until SIGINT or SIGTERM (or until `signal` aborts). With `--json` its last line holds what it counted (`SimulatorStats`).
 * @param args the arguments after the program's name
 * @returns the exit code
 */
export async function runSim(args: readonly string[], signal?: AbortSignal): Promise<number> {
  const parsed = await readArguments(args);
  if ('exitCode' in parsed) return parsed.exitCode;
  const { options, json, controlPort } = parsed;
  // Before the line that says "ready": whoever reads it may end us at once.
  const ended = untilEnded(signal);
  let simulator;
  let control;
  try {
    simulator = await startSimulator(options);
    control = controlPort === undefined ? undefined : await startControl(simulator, controlPort);
  } catch (cause) {
    await simulator?.close();
    process.stderr.write(`cannot serve on ${options.address ?? '127.0.0.1'}:${options.port ?? 0}: ${reason(cause)}\n`);
    return 1;
  }
  const { contactPoints } = simulator;
  process.stdout.write(
    json
      ? `${JSON.stringify({ contactPoints, personality: options.personality, mode: options.mode, controlUrl: control?.url, pid: process.pid })}\n`
      : `simulated CQL cluster ready on ${contactPoints.join(' ')} (${options.personality}, ${options.mode})${control ? `, told of its size at ${control.url}` : ''}\n`,
  );
  await ended;
  if (json) process.stdout.write(`${JSON.stringify({ stats: simulator.stats })}\n`);
  await control?.close();
  await simulator.close();
  return 0;
}

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

async function readArguments(args: readonly string[]) {
  try {
    return await parseSimArguments(args);
  } catch (cause) {
    if (cause instanceof CommanderError) return { exitCode: cause.exitCode };
    process.stderr.write(`${reason(cause)}\n`);
    return { exitCode: 1 };
  }
}

function untilEnded(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
      resolve();
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
    signal?.addEventListener('abort', end, { once: true });
  });
}

const isEntry = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isEntry) process.exitCode = await runSim(process.argv.slice(2));
