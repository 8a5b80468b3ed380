import { createHash, timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { CodedError } from '#libs/contract/problem.js';
import type { ApiConfig } from '../config.js';
import { InjectConfig } from '../tokens.js';

const OPEN = 'tidemark:open';

/** Marks a controller that answers without a key. */
export const Open = () => SetMetadata(OPEN, true);

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether `authorization` carries `apiKey`. Compared as hashes, so that neither length nor prefix shows in the time. */
export function carriesKey(authorization: string | undefined, apiKey: string): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(apiKey));
}

/** With TIDEMARK_API_KEY set, every route but the open ones needs it. */
@Injectable()
export class KeyGuard implements CanActivate {
  constructor(
    @InjectConfig() private readonly config: ApiConfig,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const isOpen = this.reflector.getAllAndOverride<boolean | undefined>(OPEN, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (isOpen === true || this.config.apiKey === undefined) return true;
    const { authorization } = context.switchToHttp().getRequest<Request>().headers;
    if (carriesKey(authorization, this.config.apiKey)) return true;
    const cause =
      authorization === undefined ? 'The request has no key' : 'The key of the request is not the right one';
    throw new CodedError('UNAUTHENTICATED', `${cause}; send Authorization: Bearer <TIDEMARK_API_KEY>.`);
  }
}
