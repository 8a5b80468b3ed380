import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Connection } from './connection.js';
import type { HotHandler } from './hot-handler.js';
import { JuteWriter } from './jute-writer.js';
import { CODE, OPCODE } from './protocol.js';

const MAX_ANSWER_BYTES = 1 << 20;
const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** A peer that says these bytes to whoever comes. */
async function peerOf(bytes: Uint8Array): Promise<number> {
  const server = net.createServer((socket) => {
    open.push({ close: () => socket.destroy() });
    socket.on('error', () => {});
    socket.write(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  const place = server.address();
  if (place === null || typeof place === 'string') throw new Error('no port');
  return place.port;
}

/** Connects, begins operations in these slots and notes what comes of them until the connection ends or `enough` came. */
async function hear(bytes: Uint8Array, slots: readonly number[], enough = Infinity) {
  const heard: string[] = [];
  const port = await peerOf(bytes);
  return new Promise<string[]>((resolve, reject) => {
    const note = (line: string) => {
      heard.push(line);
      if (heard.length >= enough) resolve(heard);
    };
    const handler: HotHandler = {
      onAnswer: (slot, buffer, start, end) => {
        if (start === end) throw new Error('an answer without data');
        note(`${slot}: ${buffer.toString('latin1', start, end)}`);
      },
      onFailure: (slot, code) => note(`${slot}: ${code}`),
      onTurn: () => {},
    };
    const options = {
      host: '127.0.0.1',
      port,
      connectTimeoutMs: 5_000,
      inFlight: 16,
      maxAnswerBytes: MAX_ANSWER_BYTES,
      sendBytes: 65_536,
    };
    Connection.open(options, handler, {
      closed: (cause) => {
        heard.push(`closed: ${cause.message}`);
        resolve(heard);
      },
      notified: (reader) => note(`notified: ${reader.int()} ${reader.int()} ${reader.string()}`),
      watched: () => {},
      turned: () => {},
    }).then((connection) => {
      open.push({ close: () => connection.destroy() });
      for (const slot of slots) connection.begin(slot, OPCODE.SYNC, 0, 0);
      connection.writes.flush();
    }, reject);
  });
}

const answer = (xid: number, code: number, body = '') =>
  new JuteWriter().int(xid).long(1n).int(code).raw(Buffer.from(body)).packet();

describe('a connection', () => {
  it('hands answers to their slots in order, and codes that nobody knows as they are', async () => {
    const bytes = Buffer.concat([answer(1, 0, 'one'), answer(2, -999), answer(3, 12_345), answer(4, 0, 'four')]);
    expect(await hear(bytes, [7, 8, 9, 10], 4)).toEqual(['7: one', '8: -999', '9: 12345', '10: four']);
  });

  it('is ended by an answer to nobody; what waits is lost', async () => {
    expect(await hear(Buffer.concat([answer(1, 0, 'one'), answer(3, 0, 'three')]), [7, 8, 9])).toEqual([
      '7: one',
      `8: ${CODE.CONNECTION_LOSS}`,
      `9: ${CODE.CONNECTION_LOSS}`,
      'closed: expected the answer of request 2, found that of 3',
    ]);
  });

  it('is ended by an answer that its handler cannot read, which counts as failed', async () => {
    expect(await hear(Buffer.concat([answer(1, 0), answer(2, 0, 'two')]), [7, 8])).toEqual([
      `7: ${CODE.MARSHALLING_ERROR}`,
      `8: ${CODE.CONNECTION_LOSS}`,
      'closed: an answer without data',
    ]);
  });

  it('is ended by another protocol with a hint', async () => {
    const [closed] = await hear(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), []);
    expect(closed).toMatch(/closed: expected an answer of at most \d+ bytes.*whether it wants TLS/);
  });

  it('tells every slot exactly once, whatever a peer sends', async () => {
    let state = 11;
    const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
    for (let round = 0; round < 60; round++) {
      const right = Array.from({ length: Math.floor(random() * 5) }, (_, index) => answer(index + 1, 0, 'right'));
      const xids = [-1, -2, -4, -8, 1, 7, 2 ** 31 - 1, -(2 ** 31)];
      const wrong = new JuteWriter()
        .raw(answer(xids[round % xids.length] ?? 0, round % 3 === 0 ? 0 : Math.floor(random() * 2 ** 31), 'w'))
        .raw(Buffer.from(Array.from({ length: 40 }, () => Math.floor(random() * 256))))
        // Whatever was announced before: this is no length.
        .raw(Buffer.alloc(MAX_ANSWER_BYTES + 64, 0xff));
      const slots = [0, 1, 2, 3, 4, 5];
      const heard = await hear(Buffer.concat([...right, wrong.body()]), slots);
      const told = heard.flatMap((line) => /^(\d+):/.exec(line)?.[1] ?? []).map(Number);
      expect(told.toSorted((left, other) => left - other)).toEqual(slots);
      expect(heard.at(-1)).toMatch(/^closed: /);
    }
  });
});
