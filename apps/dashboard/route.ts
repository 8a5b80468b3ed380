/** Where in the dashboard: the part after `#` of the address, so that the server has one page only. */
export interface Route {
  /** Such as ['runs', '0197…']. */
  parts: readonly string[];
  query: URLSearchParams;
}

/** `#/runs/1?tab=log`. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  return { parts, query: new URLSearchParams(query) };
}

export function formatRoute(parts: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const words = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ''));
  const text = words.toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}

export const runRoute = (id: string): string => formatRoute(['runs', id]);

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
