import { AsyncLocalStorage } from 'node:async_hooks';
import type { RunOrigin } from '#libs/store/port.js';

const origins = new AsyncLocalStorage<RunOrigin>();

/** Runs `work`, and everything that it starts, as part of the request. */
export const withinRequest = <T>(origin: RunOrigin, work: () => T): T => origins.run(origin, work);

/** Of the request that is being answered; null outside of one. */
export const currentOrigin = (): RunOrigin | null => origins.getStore() ?? null;
