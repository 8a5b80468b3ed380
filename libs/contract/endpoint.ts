import { isIP } from 'node:net';

export interface Endpoint {
  host: string;
  port: number;
}

/** Reads `host`, `host:port`, `[v6]:port` or a bare v6 address; undefined when it is none of them. */
export function parseEndpoint(contactPoint: string, defaultPort: number): Endpoint | undefined {
  const text = contactPoint.trim();
  if (isIP(text) === 6) return { host: text.toLowerCase(), port: defaultPort };
  const match = /^(?:\[([0-9A-Fa-f:.%]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) return undefined;
  if (match?.[1] !== undefined && isIP(host) !== 6) return undefined;
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  return port >= 1 && port <= 65_535 ? { host: host.toLowerCase(), port } : undefined;
}

/** `127.0.0.1:9042`, `[::1]:9042`. */
export const formatEndpoint = ({ host, port }: Endpoint): string =>
  isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
