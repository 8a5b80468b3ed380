import { spawn } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { callWithin } from '#libs/wire/call-within.js';
import type { Answer } from '../resizer.js';
import type { HookCall } from '../scaler.schema.js';
import { causeOf, wasSent } from '../http-cause.js';

/** What a hook is told. */
export interface HookNews {
  runId: string;
  from: number;
  to: number;
}

export interface HookParts {
  fetch: typeof globalThis.fetch;
  /** The only folder that commands come from; undefined: none may be run. */
  hookDir: string | undefined;
  /** PATH of the commands. */
  searchPath: string;
  token: string | undefined;
}

/** The last words of a command that are quoted. */
const SHOWN_CHARACTERS = 300;

/** Calls a hook once: accepted when it says that all went well. Does not throw. */
export const callHook = (call: HookCall, news: HookNews, parts: HookParts, signal: AbortSignal): Promise<Answer> =>
  'url' in call
    ? callUrl(call.url, call.timeoutMs, news, parts, signal)
    : runCommand(call.command, call.timeoutMs, news, parts, signal);

async function callUrl(
  url: string,
  timeoutMs: number,
  news: HookNews,
  { fetch, token }: HookParts,
  signal: AbortSignal,
): Promise<Answer> {
  const clean = (text: string) => (token === undefined ? text : text.replaceAll(token, '…'));
  try {
    return await callWithin<Answer>(timeoutMs, signal, async (within) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(news),
        redirect: 'manual',
        signal: within,
      });
      const text = clean(await response.text()).slice(0, SHOWN_CHARACTERS);
      if (response.ok) return { kind: 'accepted', requestId: null };
      return { kind: 'failed', message: `the hook answered HTTP ${response.status}: ${text}` };
    });
  } catch (error) {
    return { kind: wasSent(error) ? 'uncertain' : 'refused', message: `the hook: ${clean(causeOf(error))}` };
  }
}

async function runCommand(
  [name = '', ...args]: readonly string[],
  timeoutMs: number,
  { runId, from, to }: HookNews,
  { hookDir, searchPath }: HookParts,
  signal: AbortSignal,
): Promise<Answer> {
  const file = await fileIn(hookDir, name);
  if (file === undefined) {
    const place = hookDir === undefined ? 'TIDEMARK_HOOK_DIR is not set on this executor' : `it is not in ${hookDir}`;
    return { kind: 'forbidden', message: `the command ${JSON.stringify(name)} may not be run: ${place}` };
  }
  return new Promise((resolve) => {
    const news = { TIDEMARK_RUN_ID: runId, TIDEMARK_NODES_FROM: String(from), TIDEMARK_NODES_TO: String(to) };
    // Nothing of the executor's own environment, which holds its keys.
    const child = spawn(file, args, {
      env: { PATH: searchPath, ...news },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      signal,
    });
    let said = '';
    const hear = (piece: Buffer) => {
      said = (said + piece.toString('utf8')).slice(-SHOWN_CHARACTERS);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', (error) => resolve({ kind: 'failed', message: `${name}: ${error.message}` }));
    child.once('close', (code, killed) => {
      if (code === 0) return resolve({ kind: 'accepted', requestId: null });
      const how = killed === null ? `exit code ${code}` : `ended by ${killed} (at most ${timeoutMs} ms)`;
      resolve({ kind: 'failed', message: `${name}: ${how}: ${said.trim()}` });
    });
  });
}

/** The real path of a file that lies in the folder itself or below it, links resolved; undefined when it does not. */
async function fileIn(hookDir: string | undefined, name: string): Promise<string | undefined> {
  if (hookDir === undefined || isAbsolute(name)) return undefined;
  try {
    const folder = await realpath(hookDir);
    const file = await realpath(join(folder, name));
    const inside = relative(folder, file);
    return inside === '' || inside.startsWith('..') || isAbsolute(inside) ? undefined : file;
  } catch {
    return undefined;
  }
}
