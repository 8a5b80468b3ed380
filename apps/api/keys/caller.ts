import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Role } from '#libs/contract/api-key.js';

/** Who sends a request, and what of the service is theirs. */
export interface Caller {
  /** As histories and the audit log name it: `key:<name>`, `admin` for TIDEMARK_API_KEY, `api` where no key is needed. */
  actor: string;
  keyId: string | null;
  role: Role;
  /** The only project that the caller sees; null for all of them. */
  projectId: string | null;
}

const callers = new WeakMap<Request, Caller>();

export const rememberCaller = (request: Request, caller: Caller): void => void callers.set(request, caller);

/** Undefined for a request that was refused before it was known whose it is, and for routes that anybody may call. */
export const callerOf = (request: Request): Caller | undefined => callers.get(request);

/** The caller as a parameter of a controller's method. */
export const Who = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<Request>());
  if (caller === undefined) throw new Error('a route without a guard asks who calls');
  return caller;
});
