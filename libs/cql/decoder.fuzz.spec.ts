import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startSimulator } from '#libs/cql-sim/simulator.js';
import { seededRandom } from '#libs/load/random.js';
import { BodyReader, MalformedFrame } from './body-reader.js';
import { decodeValue, readType } from './column-type.js';
import { frameAssembler } from './frame-assembler.js';
import { frameTemplate } from './frame-template.js';
import { HEADER_BYTES, OPCODE, RESPONSE_V4, RESULT_KIND } from './protocol.js';
import { readPrepared, readRows } from './result.js';
import { readServerError } from './server-error.js';
import { SampleSession } from './sample-session.js';
import { readTablet } from './tablet-map.js';

const ROUNDS = 20_000;

/** Bytes that look like a protocol: many zeros and small numbers, now and then anything. */
function bytes(random: () => number, length: number): Buffer {
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      const kind = random();
      return kind < 0.5 ? 0 : kind < 0.85 ? random() * 40 : random() * 256;
    }),
  );
}

/** Reads it, or throws what a decoder may throw. */
function tolerate(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof MalformedFrame) && !(error instanceof RangeError)) throw error;
    expect(error.message).not.toContain('call stack');
  }
}

describe('decoders given anything', () => {
  const readers: readonly [string, (reader: BodyReader, body: Buffer) => unknown][] = [
    ['rows', (reader) => readRows(reader)],
    ['prepared statements', (reader) => readPrepared(reader, 0x8000_0000)],
    ['tablets', (_, body) => readTablet(body, () => 0)],
    ['errors', (reader) => readServerError(reader)],
    ['string maps', (reader) => reader.stringMultimap()],
    ['types and values', (reader, body) => decodeValue(readType(reader), body.subarray(reader.position))],
  ];
  it.each(readers)('end with %s or with a refusal', (name, read) => {
    const random = seededRandom(name.length);
    const before = process.memoryUsage().heapUsed;
    for (let round = 0; round < ROUNDS; round++) {
      const body = bytes(random, Math.floor(random() * 120));
      if (name === 'rows' && body.length >= 4) body.writeInt32BE(RESULT_KIND.ROWS);
      tolerate(() => read(new BodyReader(body, 0, body.length), body));
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(256 * 1024 * 1024);
  });

  it('refuse types that are nested without end', () => {
    const nested = Buffer.alloc(60_000);
    for (let at = 0; at < nested.length; at += 2) nested.writeUInt16BE(0x20, at);
    expect(() => readType(new BodyReader(nested, 0, nested.length))).toThrow('nested at most 32 deep');
  });

  it('cut frames the same however the stream is chopped', () => {
    const random = seededRandom(3);
    const frames = Array.from({ length: 200 }, () => {
      const body = bytes(random, Math.floor(random() * 300));
      const frame = Buffer.alloc(HEADER_BYTES + body.length);
      frame[0] = RESPONSE_V4;
      frame.writeInt32BE(body.length, 5);
      body.copy(frame, HEADER_BYTES);
      return frame;
    });
    const stream = Buffer.concat(frames);
    const found: Buffer[] = [];
    const assembler = frameAssembler((buffer, start, end) => found.push(Buffer.from(buffer.subarray(start, end))));
    for (let at = 0; at < stream.length;) {
      const length = Math.min(stream.length - at, 1 + Math.floor(random() * 400));
      assembler.receive(stream.subarray(at, at + length), length);
      at += length;
    }
    expect(Buffer.concat(found).equals(stream)).toBe(true);
    expect(found).toHaveLength(frames.length);
  });
});

describe('a peer that answers nonsense', () => {
  it('fails the operation that waited for it, and hangs nobody', async () => {
    const random = seededRandom(11);
    let garbles = false;
    const simulator = await startSimulator();
    // Passes everything on, but garbles the body of each answer once asked to.
    const proxy = createServer((client) => {
      const server = connect(simulator.port, '127.0.0.1');
      client.on('error', () => server.destroy()).on('close', () => server.destroy());
      server.on('error', () => client.destroy()).on('close', () => client.destroy());
      client.pipe(server);
      server.on('data', (data: Buffer) => {
        if (garbles && (data[4] === OPCODE.RESULT || data[4] === OPCODE.ERROR)) {
          const body = bytes(random, data.length - HEADER_BYTES);
          body.copy(data, HEADER_BYTES);
          if (random() < 0.5) data[4] = OPCODE.ERROR;
        }
        client.write(data);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const sample = await SampleSession.connect(`127.0.0.1:${port}`);
    await sample.session.query(
      `CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await sample.session.query('CREATE TABLE k.t (key int PRIMARY KEY)');
    const frame = frameTemplate(await sample.session.prepare('SELECT * FROM k.t WHERE key = ?'), 'ONE', [4]);
    garbles = true;
    for (let slot = 0; slot < 100; slot++) {
      const { outcome } = await sample.send(slot, frame);
      expect(sample.answers.get(slot), outcome).toHaveLength(1);
    }
    await sample.close();
    proxy.close();
    await simulator.close();
  });
});
