/** Splits `host`, `host:port` or `[v6]:port`; a bare IPv6 address has no port. */
export function parseEndpoint(text: string, defaultPort: number): { host: string; port: number } {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(text);
  if (bracketed) return { host: bracketed[1] ?? '', port: Number(bracketed[2] ?? defaultPort) };
  const [host = '', port, ...rest] = text.split(':');
  return port === undefined || rest.length > 0 ? { host: text, port: defaultPort } : { host, port: Number(port) };
}
