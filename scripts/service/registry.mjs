import { readdirSync, rmSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { cassandra } from './cassandra.mjs';
import { presentJars } from './jars.mjs';
import { forgetState, readState, writeState } from './place.mjs';
import { postgres } from './postgres.mjs';
import { isAlive } from './process.mjs';
import { redis } from './redis.mjs';

/** Every service that can be started; a new one is one line here. */
export const SERVICES = { cassandra, postgres, redis };

/** What is known of a started service that is still alive. */
export function runningService(name) {
  const state = readState(name);
  return state && isAlive(state) ? state : undefined;
}

/** Starts a service unless it runs already; answers what is known of it. */
export async function startService(name, options) {
  const running = runningService(name);
  if (running) return { ...running, already: true };
  const service = SERVICES[name];
  const state = await service.start({ name, ...options, port: options.port ?? service.defaultPort });
  writeState(name, state);
  return { ...state, already: false };
}

/** Stops a service that was started here; answers whether it ran. `wipe` deletes its data too. */
export async function stopService(name, { wipe }) {
  const state = readState(name);
  if (!state) return false;
  const stopped = await SERVICES[name].stop(state);
  forgetState(name);
  if (wipe) {
    rmSync(state.folder, { recursive: true, force: true });
    if (readdirSync(dirname(state.folder)).length === 0) rmdirSync(dirname(state.folder));
  }
  return stopped;
}

/** The variables by which tests find what is running and what is downloaded. */
export const serviceEnvironment = () =>
  Object.assign({}, presentJars(), ...Object.keys(SERVICES).map((name) => runningService(name)?.environment ?? {}));
