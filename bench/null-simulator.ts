import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A simulated cluster that answers without storing, in a process of its own: its CPU time is not the client's. */
export interface NullSimulator {
  /** host:port */
  contactPoint: string;
  close(): Promise<void>;
}

/** Throws when the simulator ends before it serves. */
export async function startNullSimulator(): Promise<NullSimulator> {
  const args = ['dist/libs/cql-sim/main.js', '--port', '0', '--json', '--null'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  for await (const line of createInterface(child.stdout)) {
    const [, contactPoint] = /"contactPoints":\["([^"]+)"/.exec(line) ?? [];
    if (contactPoint === undefined) continue;
    return {
      contactPoint,
      async close() {
        child.kill('SIGTERM');
        await exited;
        process.off('exit', kill);
      },
    };
  }
  throw new Error('the simulator ended before it served');
}
