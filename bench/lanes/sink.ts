import { connect, createServer, type Socket } from 'node:net';
import { HEADER_BYTES, OPCODE, RESPONSE_V4 } from '#libs/cql/protocol.js';

/*
 * A target that needs next to no CPU: every EXECUTE is answered by an empty result at once, by its stream id alone;
 * everything else goes through to the cluster at argv[2], `host:port`. Says its port first, then, at every line that it
 * reads, its CPU time in microseconds.
 */

const [upstreamHost = '', upstreamPort = ''] = (process.argv[2] ?? '').split(':');
/** RESULT of kind Void: header, length 4, kind 1. */
const VOID = Buffer.from([RESPONSE_V4, 0, 0, 0, OPCODE.RESULT, 0, 0, 0, 4, 0, 0, 0, 1]);
const OUT_BYTES = 1 << 20;

class Sink {
  private rest: Buffer = Buffer.alloc(0);
  private out = Buffer.alloc(OUT_BYTES);

  constructor(
    private readonly client: Socket,
    private readonly upstream: Socket,
  ) {}

  take(chunk: Buffer): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let written = 0;
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + bytes.readInt32BE(at + 5);
      if (end > bytes.length) break;
      if (bytes[at + 4] === OPCODE.EXECUTE && written + VOID.length <= OUT_BYTES) {
        VOID.copy(this.out, written);
        this.out[written + 2] = bytes[at + 2] ?? 0;
        this.out[written + 3] = bytes[at + 3] ?? 0;
        written += VOID.length;
      } else this.upstream.write(Buffer.from(bytes.subarray(at, end)));
      at = end;
    }
    this.rest = Buffer.from(bytes.subarray(at));
    if (written === 0) return;
    this.client.write(this.out.subarray(0, written));
    // The kernel has not taken all of it: the buffer is still in use.
    if (this.client.writableLength > 0) this.out = Buffer.alloc(OUT_BYTES);
  }
}

const server = createServer((client) => {
  const upstream = connect(Number(upstreamPort), upstreamHost);
  const sink = new Sink(client, upstream);
  client.setNoDelay(true);
  client.on('data', (chunk: Buffer) => sink.take(chunk));
  upstream.pipe(client);
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on('error', () => undefined);
    one.on('close', () => other.destroy());
  }
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
process.stdin.on('data', () => {
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${user + system}\n`);
});
process.stdin.on('end', () => process.exit(0));
