import { parseEndpoint } from '#libs/contract/endpoint.js';
import { fourLetterWord } from './four-letter-word.js';

/** Figures of one server by key, as it gives them, without the prefix `zk_`. */
export type ServerSample = ReadonlyMap<string, string>;

export interface ServerPlace {
  /** host:port of the clients' port: how the server is called. */
  name: string;
  host: string;
  port: number;
  adminPort: number;
}

export function serverPlaces(contactPoints: readonly string[], adminPorts: readonly number[]): ServerPlace[] {
  return contactPoints.map((name, index) => {
    const { host, port } = parseEndpoint(name, 2181) ?? { host: name, port: 2181 };
    return { name, host, port, adminPort: adminPorts[index] ?? adminPorts[0] ?? 8080 };
  });
}

/** Asks by the four-letter word mntr. Throws with what helps. */
async function byMntr({ host, port }: ServerPlace, timeoutMs: number): Promise<ServerSample> {
  const said = await fourLetterWord(host, port, 'mntr', timeoutMs);
  const sample = readMntr(said);
  if (sample.size > 0) return sample;
  throw new Error(
    /not in the whitelist/.test(said)
      ? 'mntr is not allowed: add it to 4lw.commands.whitelist, or ask the AdminServer (source admin)'
      : `mntr was answered with ${said.trim().slice(0, 100) || 'nothing'}`,
  );
}

/** Asks the AdminServer by HTTP. Throws with what is wrong. */
async function byAdmin({ host, adminPort }: ServerPlace, timeoutMs: number): Promise<ServerSample> {
  const address = host.includes(':') ? `[${host}]` : host;
  const answer = await fetch(`http://${address}:${adminPort}/commands/monitor`, {
    signal: AbortSignal.timeout(timeoutMs),
    redirect: 'error',
  });
  if (!answer.ok) throw new Error(`the AdminServer answered ${answer.status}`);
  const read: unknown = await answer.json();
  if (typeof read !== 'object' || read === null) throw new Error('the AdminServer answered no object');
  return new Map(
    Object.entries(read)
      .filter(([key, value]) => key !== 'command' && key !== 'error' && value !== null && typeof value !== 'object')
      .map(([key, value]) => [key, String(value)]),
  );
}

const SOURCES = { mntr: byMntr, admin: byAdmin } as const;
export type SampleSource = keyof typeof SOURCES;

export const takeSample = (source: SampleSource, place: ServerPlace, timeoutMs: number): Promise<ServerSample> =>
  SOURCES[source](place, timeoutMs);

/** Lines of `zk_key<tab>value`; what is no such line is left out. */
export function readMntr(text: string): ServerSample {
  const sample = new Map<string, string>();
  for (const line of text.split('\n')) {
    const tab = line.indexOf('\t');
    if (tab > 0) sample.set(line.slice(0, tab).replace(/^zk_/, ''), line.slice(tab + 1).trim());
  }
  return sample;
}
