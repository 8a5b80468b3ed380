import { z } from 'zod';
import { authorization, problemOf, trimmed } from '#libs/client/client.js';
import type { CliConfig } from '../config.js';

/** One thing as the server answers it. */
export type Resource = Readonly<Record<string, unknown>>;

/** What a server keeps beside runs. Each call throws the server's problem as CodedError. */
export interface ResourceRemote {
  list(name: string): Promise<readonly Resource[]>;
  show(name: string, id: string): Promise<Resource>;
  create(name: string, body: unknown): Promise<Resource>;
  /** As it is now, replaced; a change in between is refused by the server. */
  update(name: string, id: string, body: unknown): Promise<Resource>;
  delete(name: string, id: string): Promise<undefined>;
  /** One of its calls, such as pause; what it answers, where it answers something. */
  act(name: string, id: string, call: string): Promise<Resource | undefined>;
}

const Item = z.record(z.string(), z.unknown());
const Page = z.object({ items: z.array(Item), nextCursor: z.string().nullish() });

/** The resources of one server. */
export function connectResources({ server, apiKey }: Pick<CliConfig, 'server' | 'apiKey'>): ResourceRemote {
  const base = `${trimmed(server)}/v1`;
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${base}/${path}`, {
      method,
      headers: {
        ...authorization(apiKey),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw problemOf(await response.json().catch(() => undefined), response);
    return response;
  };
  const placeOf = (name: string, id: string) => `${name}/${encodeURIComponent(id)}`;
  const item = async (response: Promise<Response>) => Item.parse(await (await response).json());
  return {
    async list(name) {
      const items: Resource[] = [];
      for (let cursor: string | undefined = ''; cursor !== undefined;) {
        const query = cursor === '' ? '' : `?cursor=${encodeURIComponent(cursor)}`;
        const page = Page.parse(await (await ask('GET', `${name}${query}`)).json());
        items.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      }
      return items;
    },
    show: (name, id) => item(ask('GET', placeOf(name, id))),
    create: (name, body) => item(ask('POST', name, body)),
    async update(name, id, body) {
      const now = await ask('GET', placeOf(name, id));
      const etag = now.headers.get('etag');
      return item(ask('PUT', placeOf(name, id), body, etag === null ? {} : { 'if-match': etag }));
    },
    delete: (name, id) => ask('DELETE', placeOf(name, id)).then(() => undefined),
    async act(name, id, call) {
      const text = await (await ask('POST', `${placeOf(name, id)}/${call}`, {})).text();
      return text === '' ? undefined : Item.parse(JSON.parse(text));
    },
  };
}
