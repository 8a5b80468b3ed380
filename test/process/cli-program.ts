import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../scripts/tidemark.mjs', import.meta.url));
const compiled = new URL('../../dist/apps/cli/main.js', import.meta.url);

/** Process tests run what `npm run build` made; without it they would test nothing. */
export function requireBuild(): void {
  if (!existsSync(compiled)) throw new Error('dist/ is absent: npm run build first (npm test does it)');
}

export interface Ended {
  exitCode: number | null;
  out: string;
  errors: string;
}

export interface Running {
  child: ChildProcess;
  /** Standard output so far. */
  out(): string;
  /** Resolves when standard output matches; rejects when the process ends before. */
  seen(pattern: RegExp): Promise<RegExpExecArray>;
  ended: Promise<Ended>;
}

/** Starts `tidemark` as a user does, without the caller's own settings. */
export function tidemark(args: readonly string[], settings: Record<string, string> = {}, input?: string): Running {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TIDEMARK_'));
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...Object.fromEntries(inherited), ...settings },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input ?? '');
  let out = '';
  let errors = '';
  const listeners = new Set<() => void>();
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString();
    listeners.forEach((listener) => listener());
  });
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  const ended = new Promise<Ended>((resolve) => child.once('close', (exitCode) => resolve({ exitCode, out, errors })));
  return {
    child,
    out: () => out,
    ended,
    seen: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(out);
          if (!match) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        void ended.then(() => reject(new Error(`ended without ${pattern}:\n${out}${errors}`)));
        look();
      }),
  };
}

/** A port that nothing listens on now. */
export const freePort = (host = '127.0.0.1'): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
