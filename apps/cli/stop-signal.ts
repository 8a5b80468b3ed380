import { EXIT } from './exit-code.js';
import type { Terminal } from './terminal.js';

/** The first Ctrl-C stops the load and keeps what was measured; the second ends the process where it stands. */
export function stopSignal(terminal: Terminal): { signal: AbortSignal; release: () => void } {
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
