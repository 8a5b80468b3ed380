import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Role } from '#libs/contract/api-key.js';
import { CodedError } from '#libs/contract/problem.js';
import { isAllowed, NEEDS, roleOfMethod } from '../keys/access.js';
import { type Caller, rememberCaller } from '../keys/caller.js';
import { Keys } from '../keys/keys.service.js';
import { Projects } from '../projects/projects.service.js';
import { routeOf } from './correlation.js';

const OPEN = 'tidemark:open';

/** Marks a controller that answers without a key. */
export const Open = () => SetMetadata(OPEN, true);

/** Every route but the open ones needs a key with the role for it, and runs are shown to their own project only. */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(
    private readonly keys: Keys,
    private readonly projects: Projects,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(OPEN, places) === true) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const known = await this.keys.authenticate(request.headers.authorization);
    // Who is refused below is known already, and the audit log says so.
    rememberCaller(request, known);
    const caller = await this.projects.narrow(known, request.get('tidemark-project'));
    rememberCaller(request, caller);
    const needed = this.reflector.getAllAndOverride<Role | undefined>(NEEDS, places) ?? roleOfMethod(request.method);
    if (!isAllowed(caller.role, needed))
      throw new CodedError(
        'FORBIDDEN',
        `${request.method} ${request.path} needs the role ${needed}; your key's role is ${caller.role}.`,
      );
    await this.refuseForeignRun(request, caller);
    return true;
  }

  /** Every route below a run, whoever adds it. A run of another project does not exist for the caller. */
  private async refuseForeignRun(request: Request, { projectId }: Caller): Promise<void> {
    if (projectId === null || !routeOf(request).startsWith('/v1/runs/:id')) return;
    await this.projects.requireRun(String(request.params['id']), projectId);
  }
}
