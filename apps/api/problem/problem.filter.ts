import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { CodedError, type Problem, PROBLEM_STATUS, type ProblemCode, problemOf } from '#libs/contract/problem.js';
import { correlationId } from '../http/correlation.js';

/** Seconds after which a refused caller may try again. */
const RETRY_AFTER_SECONDS: Partial<Record<ProblemCode, number>> = {
  TOO_MANY_REQUESTS: 10,
  QUEUE_FULL: 10,
  STORE_UNAVAILABLE: 2,
};

/** What the framework throws by itself, by status. */
const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'VALIDATION_FAILED',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'TOO_MANY_REQUESTS',
};

/** The one place that knows how an error is answered: `application/problem+json`, RFC 9457. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const error = coded(exception, request);
    const status = PROBLEM_STATUS[error.code];
    const id = correlationId(response);
    if (status === 500)
      this.logger.error(`${request.method} ${request.path} ${id}: ${trace(error.cause ?? exception)}`);
    // A stream that has begun can carry no problem any more: cutting it tells the reader that it is not whole.
    if (response.headersSent) return void response.destroy();
    const retryAfter = RETRY_AFTER_SECONDS[error.code];
    if (retryAfter !== undefined && !response.hasHeader('retry-after')) response.setHeader('retry-after', retryAfter);
    if (status === 401) response.setHeader('www-authenticate', 'Bearer realm="tidemark"');
    const problem: Problem = {
      ...problemOf(error.code, error.message),
      ...(error.issues.length > 0 ? { errors: [...error.issues] } : {}),
      correlationId: id,
    };
    response.removeHeader('content-disposition');
    response.removeHeader('content-encoding');
    response.status(status).type('application/problem+json').send(JSON.stringify(problem));
  }
}

function coded(exception: unknown, request: Request): CodedError {
  if (exception instanceof CodedError) return exception;
  const bodyError = bodyProblem(exception);
  if (bodyError !== undefined) return bodyError;
  if (exception instanceof HttpException) {
    const code = CODE_OF_STATUS[exception.getStatus()];
    if (code === 'NOT_FOUND')
      return new CodedError(code, `There is no route ${request.method} ${request.path}; /docs lists the routes.`);
    if (code === 'TOO_MANY_REQUESTS')
      return new CodedError(code, 'Too many requests came from this address; try again after Retry-After seconds.');
    if (code !== undefined) return new CodedError(code, exception.message);
  }
  const message = 'The service failed unexpectedly; its log has the cause under the correlation id.';
  return new CodedError('INTERNAL', message, [], { cause: exception });
}

/** What express' body parser found wrong with a body; it marks its errors with `type`. */
function bodyProblem(exception: unknown): CodedError | undefined {
  const cause = exception instanceof HttpException && exception.cause !== undefined ? exception.cause : exception;
  if (!(cause instanceof Error) || !('type' in cause)) return undefined;
  const { type, message } = cause;
  if (type === 'entity.parse.failed')
    return new CodedError('VALIDATION_FAILED', `The request body is not JSON: ${message}.`, [{ path: '', message }]);
  if (type === 'entity.too.large') {
    const limit = 'limit' in cause ? ` of ${String(cause.limit)} bytes` : '';
    return new CodedError('BODY_TOO_LARGE', `The request body is larger than the limit${limit}; send a smaller one.`);
  }
  if (type === 'encoding.unsupported' || type === 'charset.unsupported')
    return new CodedError('UNSUPPORTED_MEDIA_TYPE', `The request body cannot be read: ${message}; send JSON in UTF-8.`);
  if (type === 'request.aborted' || type === 'request.size.invalid')
    return new CodedError('VALIDATION_FAILED', `The request body is not whole: ${message}.`);
  return undefined;
}

const trace = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
