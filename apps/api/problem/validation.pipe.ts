import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { issuesOf } from '#libs/contract/issues.js';
import { nulIssues } from '#libs/contract/text-check.js';
import { CodedError } from '#libs/contract/problem.js';

const WHERE: Readonly<Record<string, string>> = { body: 'request body', query: 'query', param: 'path' };

/** Parses what a route declares with `{ schema }` and reports every problem of it at once. */
@Injectable()
export class ValidationPipe implements PipeTransform<unknown, unknown> {
  transform(value: unknown, { schema, type }: ArgumentMetadata): unknown {
    if (!(schema instanceof z.ZodType)) return value;
    const parsed = schema.safeParse(value);
    const issues = [...(parsed.success ? [] : issuesOf(parsed.error, value)), ...nulIssues(value)];
    if (!parsed.success || issues.length > 0) throw invalid(issues, WHERE[type] ?? type);
    return parsed.data;
  }
}

/** The refusal of an input; `where` names the part of the request. */
export function invalid(issues: CodedError['issues'], where: string): CodedError {
  const first = issues[0];
  const more = issues.length > 1 ? `, and ${issues.length - 1} more (see errors)` : '';
  const at = first === undefined || first.path === '' ? '' : `${first.path}: `;
  return new CodedError('VALIDATION_FAILED', `The ${where} is not valid: ${at}${first?.message ?? ''}${more}.`, issues);
}
