import { Worker } from 'node:worker_threads';
import { CodedError } from '#libs/contract/coded-error.js';
import type { DriverEvents } from '#libs/workloads/driver.js';
import type { Verified, VerifierCommand, VerifierInput, VerifierReport } from './message.js';

const CLOSE_GRACE_MS = 3_000;

/** The verifier's thread from outside. */
export interface VerifierThread {
  start(startAtMs: number): void;
  /** The lanes are done: waits for what is open and answers what was found. Throws CodedError. */
  finish(isAborted: boolean): Promise<Verified>;
  /** The run is to end now: nothing more is waited for. */
  abort(): void;
  close(): Promise<void>;
}

/** Starts the verifier and waits until it is connected. Throws CodedError; no thread is left behind then. */
export async function openVerifier(
  input: VerifierInput,
  events: Pick<DriverEvents, 'log' | 'interval' | 'mismatch' | 'artifact'>,
): Promise<VerifierThread> {
  // Compiled next to this file.
  const worker = new Worker(new URL('./entry.js', import.meta.url), { workerData: input });
  const send = (command: VerifierCommand): void => worker.postMessage(command);
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let fail: (error: CodedError) => void = () => undefined;
  let become: (verified: Verified) => void = () => undefined;
  let begin: () => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const ended = new Promise<Verified>((resolve) => {
    become = resolve;
  });
  const ready = new Promise<void>((resolve) => {
    begin = resolve;
  });
  // Whoever is not waiting yet must not turn a failure into an unhandled rejection.
  failed.catch(() => undefined);
  worker.on('message', (report: VerifierReport) => {
    if (report.type === 'ready') begin();
    else if (report.type === 'log') events.log(report.level, report.message);
    else if (report.type === 'interval') events.interval(report.snapshot);
    else if (report.type === 'mismatch') events.mismatch(report.mismatch);
    else if (report.type === 'artifact') events.artifact?.(report.name, report.mediaType, report.text);
    else if (report.type === 'ended') become(report.verified);
    else fail(new CodedError(report.code, report.message));
  });
  worker.on('error', (error) => fail(new CodedError('LANE_CRASHED', `the verifier crashed: ${error.message}`)));
  worker.on('exit', (code) => fail(new CodedError('LANE_CRASHED', `the verifier ended with exit code ${code}`)));
  const close = async (): Promise<void> => {
    send({ type: 'close' });
    const timer = setTimeout(() => void worker.terminate(), CLOSE_GRACE_MS);
    await exited;
    clearTimeout(timer);
  };
  try {
    await Promise.race([ready, failed]);
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    start: (startAtMs) => send({ type: 'start', startAtMs }),
    finish(isAborted) {
      send({ type: 'finish', isAborted });
      return Promise.race([ended, failed]);
    },
    abort: () => send({ type: 'abort' }),
    close,
  };
}
