import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request as ask, type Server, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signatureProblem } from './signature.js';

const program = fileURLToPath(new URL('../../node_modules/s3rver/bin/s3rver.js', import.meta.url));

export const KEYS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
export const BUCKET = 'rows';

/** What happens to one answer with an object's bytes. */
export type Fault =
  | { type: 'slowDown' }
  /** The connection breaks after so many bytes of the body. */
  | { type: 'reset'; afterBytes: number }
  /** The answer ends after so many bytes as if it were whole. */
  | { type: 'truncate'; afterBytes: number }
  | { type: 'etag'; etag: string }
  | { type: 'pass' };

/** One request for an object's bytes. */
export interface Asked {
  key: string;
  range: string | undefined;
  ifMatch: string | undefined;
}

const problem = (response: ServerResponse, status: number, code: string): void =>
  void response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);

/**
 * s3rver in a process of its own, behind a proxy that checks signatures, which s3rver does not, and can break answers. The
 * product talks to the proxy.
 */
export class S3Server {
  /** Taken one after another by requests for objects; what is beyond them passes. */
  faults: Fault[] = [];
  readonly asked: Asked[] = [];
  lists = 0;
  url = '';
  private readonly proxy: Server;

  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
    private readonly port: number,
  ) {
    this.proxy = createServer((request, response) => this.answer(request, response));
  }

  static async start(): Promise<S3Server> {
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-s3-'));
    const child = spawn(process.execPath, [program, '-d', folder, '-a', '127.0.0.1', '-p', '0', '--no-vhost-buckets'], {
      // Its lists of several pages need MD4 or the like, which OpenSSL 3 keeps apart.
      env: { ...process.env, NODE_OPTIONS: '--openssl-legacy-provider' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    const port = await new Promise<number>((resolve, reject) => {
      const listen = (bytes: Buffer): void => {
        said += bytes.toString();
        const found = /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
        if (found !== undefined) resolve(Number(found));
      };
      child.stdout?.on('data', listen);
      child.stderr?.on('data', listen);
      child.once('exit', () => reject(new Error(`s3rver ended: ${said}`)));
    });
    const server = new S3Server(folder, child, port);
    server.proxy.listen(0, '127.0.0.1');
    await once(server.proxy, 'listening');
    const address = server.proxy.address();
    server.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    await server.direct().send(new CreateBucketCommand({ Bucket: BUCKET }));
    return server;
  }

  async put(key: string, body: string | Buffer): Promise<void> {
    await this.direct().send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
  }

  async stop(): Promise<void> {
    this.proxy.closeAllConnections();
    this.proxy.close();
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  private direct(): S3Client {
    return new S3Client({
      endpoint: `http://127.0.0.1:${this.port}`,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { ...KEYS },
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const refused = signatureProblem(request, KEYS);
    if (refused !== undefined) return problem(response, 403, refused);
    const url = new URL(request.url ?? '/', 'http://host');
    if (url.searchParams.has('list-type')) this.lists++;
    const [, bucket, ...key] = url.pathname.split('/').map(decodeURIComponent);
    const isObject = request.method === 'GET' && bucket === BUCKET && key.length > 0 && key[0] !== '';
    if (isObject)
      this.asked.push({
        key: key.join('/'),
        range: request.headers.range,
        ifMatch: request.headers['if-match'],
      });
    const fault: Fault = (isObject && this.faults.shift()) || { type: 'pass' };
    if (fault.type === 'slowDown') return problem(response, 503, 'SlowDown');
    const { method, headers, url: path } = request;
    const forwarded = ask({ host: '127.0.0.1', port: this.port, method, path, headers, agent: false }, (answer) =>
      deliver(answer, response, fault),
    );
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  }
}

function deliver(answer: IncomingMessage, response: ServerResponse, fault: Fault): void {
  const headers = { ...answer.headers };
  if (fault.type === 'etag') headers.etag = fault.etag;
  // Without a length the client cannot see that the answer is not whole.
  if (fault.type === 'truncate') delete headers['content-length'];
  response.writeHead(answer.statusCode ?? 500, headers);
  if (fault.type !== 'reset' && fault.type !== 'truncate') return void answer.pipe(response);
  let left = fault.afterBytes;
  answer.on('data', (piece: Buffer) => {
    if (left < 0) return;
    const now = piece.subarray(0, left);
    left -= now.length;
    const isOver = left === 0;
    if (isOver) left = -1;
    response.write(now, () => {
      if (!isOver) return;
      if (fault.type === 'reset') response.destroy();
      else response.end();
    });
    if (isOver) answer.destroy();
  });
  answer.on('error', () => undefined);
}
