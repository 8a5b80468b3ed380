import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The sink as a process of its own. */
export interface SinkProcess {
  /** host:port */
  contactPoint: string;
  /** CPU time that it has used so far, microseconds. */
  cpuUs(): Promise<number>;
  close(): Promise<void>;
}

/** Starts one before the cluster at `upstream`. */
export async function startSink(upstream: string): Promise<SinkProcess> {
  const child = spawn(process.execPath, ['dist/bench/lanes/sink.js', upstream], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<number> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the sink ended');
    return Number(value);
  };
  return {
    contactPoint: `127.0.0.1:${await next()}`,
    cpuUs: () => {
      child.stdin.write('\n');
      return next();
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}
