import { parentPort, workerData } from 'node:worker_threads';
import { CodedError } from '#libs/contract/coded-error.js';
import { tidyHeap } from '#libs/load/heap-tidy.js';
import { loadHistograms } from '#libs/stats/histogram.js';
import type { VerifierCommand, VerifierInput, VerifierReport } from './message.js';
import { Verifier } from './verifier.js';

/*
 * The thread of a run's verifier: its questions to PostgreSQL never share a thread with writers.
 */
const port = parentPort;
if (!port) throw new Error('verifier/entry is a worker thread: start it through openVerifier');
const report = (message: VerifierReport): void => port.postMessage(message);

const fail = (error: unknown): void => {
  const coded = error instanceof CodedError ? error : undefined;
  const message = error instanceof Error ? (coded ? error.message : (error.stack ?? error.message)) : String(error);
  report({ type: 'failed', code: coded?.code ?? 'LANE_CRASHED', message });
};

tidyHeap();
const input: VerifierInput = workerData;
try {
  await loadHistograms();
  const verifier = await Verifier.open(input, {
    log: (level, message) => report({ type: 'log', level, message }),
    interval: (snapshot) => report({ type: 'interval', snapshot }),
    mismatch: (mismatch) => report({ type: 'mismatch', mismatch }),
    artifact: (name, mediaType, text) => report({ type: 'artifact', name, mediaType, text }),
  });
  port.on('message', (command: VerifierCommand) => {
    if (command.type === 'start')
      verifier.run(command.startAtMs).then((verified) => report({ type: 'ended', verified }), fail);
    else if (command.type === 'finish') verifier.finish(command.isAborted);
    else if (command.type === 'abort') verifier.abort();
    else verifier.close().then(() => port.close(), fail);
  });
  report({ type: 'ready' });
} catch (error) {
  fail(error);
}
