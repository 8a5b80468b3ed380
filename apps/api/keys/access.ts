import { SetMetadata } from '@nestjs/common';
import type { Role } from '#libs/contract/api-key.js';
import { CodedError } from '#libs/contract/problem.js';
import type { Caller } from './caller.js';

export const NEEDS = 'tidemark:needs';

/** The least role that a route needs where it is not the method's: viewer to read, runner for everything else. */
export const Needs = (role: Role) => SetMetadata(NEEDS, role);

const RANK: { [R in Role]: number } = { viewer: 0, runner: 1, admin: 2 };

export const isAllowed = (own: Role, needed: Role): boolean => RANK[own] >= RANK[needed];

/** The least role for a route that says nothing of its own. */
export const roleOfMethod = (method: string): Role => (['GET', 'HEAD'].includes(method) ? 'viewer' : 'runner');

/** Throws CodedError FORBIDDEN: what belongs to no project is changed by who sees all of them. */
export function refuseNarrow({ projectId }: Pick<Caller, 'projectId'>): void {
  if (projectId !== null)
    throw new CodedError(
      'FORBIDDEN',
      `Your key is of project ${projectId}; only an admin of all projects may do that.`,
    );
}
