import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';

const EXCERPT_CHARACTERS = 500;
const EXCERPT_BYTES = 4 * EXCERPT_CHARACTERS;

export interface Answered {
  status: number;
  /** The first characters of the body. */
  excerpt: string;
}

/**
 * Posts JSON to `url`, connecting to `address` and nowhere else: the name was looked up and allowed before, and a second
 * look-up could answer another address. Follows no redirect. Rejects when no whole answer comes within `timeoutMs`, and says so.
 */
export function post(
  url: URL,
  address: string,
  { headers, body, timeoutMs }: { headers: Record<string, string>; body: string; timeoutMs: number },
): Promise<Answered> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const family = isIP(address);
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) =>
      reject(signal.aborted ? new Error(`no whole answer came within ${timeoutMs} ms`) : error);
    const request = send(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        signal,
        agent: false,
        lookup: (_host, { all }, callback) =>
          all === true ? callback(null, [{ address, family }]) : callback(null, address, family),
      },
      (response) => {
        excerptOf(response).then((excerpt) => resolve({ status: response.statusCode ?? 0, excerpt }), fail);
      },
    );
    request.once('error', fail);
    request.end(body);
  });
}

async function excerptOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response) {
    const part = Buffer.from(piece);
    pieces.push(part);
    bytes += part.length;
    // The rest of a long answer tells nothing more.
    if (bytes >= EXCERPT_BYTES) break;
  }
  return Buffer.concat(pieces).toString('utf8').replaceAll('\u0000', '').slice(0, EXCERPT_CHARACTERS);
}
