import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../scripts/services.mjs', import.meta.url));
const run = promisify(execFile);

/** A PostgreSQL or Redis that only one test uses at a time, and may stop and start again. */
export class Spare {
  private constructor(
    private readonly name: string,
    readonly url: string,
  ) {}

  static async start(name: 'postgres' | 'redis'): Promise<Spare> {
    return new Spare(`${name}.spare`, await started(`${name}.spare`));
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** On the same port, with the same data. */
  async startAgain(): Promise<void> {
    const url = await started(this.name, this.port);
    if (url !== this.url) throw new Error(`expected ${this.url} again, found ${url}`);
  }

  async stop(): Promise<void> {
    await run(process.execPath, [script, 'stop', this.name]);
  }
}

async function started(name: string, port?: number): Promise<string> {
  const { stdout } = await run(process.execPath, [script, 'start', name, ...(port ? ['--port', String(port)] : [])]);
  return stdout.slice(stdout.indexOf('=') + 1).trim();
}

/** A network between two programs that can be cut. */
export class Network {
  private readonly server: Server;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private isCut = false;

  private constructor(targetPort: number) {
    this.server = createServer((near) => {
      if (this.isCut) return void near.destroy();
      const far = connect(targetPort, '127.0.0.1');
      const pair = [near, far] as const;
      this.pairs.add(pair);
      for (const [socket, other] of [pair, pair.toReversed()] as const) {
        socket?.on('error', () => undefined);
        socket?.on('close', () => {
          other?.destroy();
          this.pairs.delete(pair);
        });
      }
      near.pipe(far).pipe(near);
    });
  }

  static async to(port: number): Promise<Network> {
    const network = new Network(port);
    network.server.listen(0, '127.0.0.1');
    await once(network.server, 'listening');
    return network;
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Nothing gets through any more, and nobody is told; new connections are refused. */
  cut(): void {
    this.isCut = true;
    for (const [near, far] of this.pairs) {
      near.unpipe(far);
      far.unpipe(near);
      near.pause();
      far.pause();
    }
  }

  /** What was under way is lost; new connections get through. */
  restore(): void {
    this.isCut = false;
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  close(): void {
    this.restore();
    this.server.close();
  }
}
