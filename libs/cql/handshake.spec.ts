import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator } from '#libs/cql-sim/simulator.js';
import { SampleSession } from './sample-session.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function simulate(options: Parameters<typeof startSimulator>[0]): Promise<string> {
  const simulator = await startSimulator(options);
  closers.push(() => simulator.close());
  return simulator.contactPoints[0] ?? '';
}

async function connect(...[contactPoint, options]: Parameters<typeof SampleSession.connect>): Promise<SampleSession> {
  const sample = await SampleSession.connect(contactPoint, options);
  closers.push(() => sample.close());
  return sample;
}

/** A server that greets every client with these bytes; undefined says nothing. */
async function foreign(greeting: Buffer | undefined): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (greeting) socket.write(greeting);
    closers.push(() => Promise.resolve(socket.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

describe('a login', () => {
  it('is let in with the right password, and refused with a wrong one or none', async () => {
    const contactPoint = await simulate({ auth: { user: 'tide', password: 'mark' } });
    const sample = await connect(contactPoint, { credentials: { username: 'tide', password: 'mark' } });
    expect(sample.session.clusterName).toBe('Tidemark simulated cluster');
    await expect(
      connect(contactPoint, { credentials: { username: 'tide', password: 'secret-word' } }),
    ).rejects.toMatchObject({
      code: 'TARGET_AUTHENTICATION_FAILED',
      message: expect.stringMatching(/^(?!.*secret-word).*refused the login .*check username and password$/),
    });
    await expect(connect(contactPoint)).rejects.toMatchObject({
      code: 'TARGET_AUTHENTICATION_FAILED',
      message: expect.stringContaining('asks for a login: give username and password'),
    });
  });
});

describe('a server that is not what was expected', () => {
  const fails = async (contactPoint: string, message: RegExp) =>
    expect(connect(contactPoint, { connectTimeoutMs: 300, controlTimeoutMs: 300 })).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      message: expect.stringMatching(message),
    });

  it('nobody listens', () => fails('127.0.0.1:1', /127\.0\.0\.1:1 \(ECONNREFUSED\): nothing listens there/));
  it('it says nothing', async () => fails(await foreign(undefined), /no answer within the request timeout of 300 ms/));
  it('it speaks HTTP', async () => fails(await foreign(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')), /version/));
  it('it announces more than any peer may', async () =>
    fails(await foreign(Buffer.from([0x84, 0, 0, 0, 8, 0x7f, 0xff, 0xff, 0xff])), /announces 2147483647/));
  it('it wants TLS and gets none', async () => {
    const contactPoint = await simulate({ tls: await certificate });
    await fails(contactPoint, /could not connect to 127\.0\.0\.1/);
  });
});

let folder: string;
let certificate: Promise<{ key: string; cert: string }>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-tls-'));
  const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem') };
  const what = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', ...what, ...name, '-keyout', files.key, '-out', files.cert], { stdio: 'ignore' });
  certificate = Promise.all([readFile(files.key, 'utf8'), readFile(files.cert, 'utf8')]).then(([key, cert]) => ({
    key,
    cert,
  }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('TLS', () => {
  it('connects when the certificate is trusted, and works', async () => {
    const { key, cert } = await certificate;
    const sample = await connect(await simulate({ tls: { key, cert } }), { tls: { ca: cert } });
    const rows = await sample.session.query('SELECT release_version FROM system.local');
    expect(rows).toHaveLength(1);
  });

  it('refuses a certificate that nobody vouches for', async () => {
    const contactPoint = await simulate({ tls: await certificate });
    await expect(connect(contactPoint, { tls: {} })).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      message: expect.stringMatching(/self.signed certificate/),
    });
  });
});
