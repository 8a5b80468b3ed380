import { Logger } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import type { Metrics } from '../ops/metrics.service.js';
import { routeOf } from './correlation.js';

const logger = new Logger('http');

/** Counts and times every answer by the route's pattern; a label per path would grow with every run. */
export const measure =
  (metrics: Metrics) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const observe = metrics.start();
    response.once('close', () => {
      const { method } = request;
      const seconds = observe({ method, route: routeOf(request), status: response.statusCode });
      // The path alone: a query is the caller's and may hold anything.
      logger.log(`${method} ${request.path} ${response.statusCode} ${(seconds * 1000).toFixed(1)}ms`);
    });
    next();
  };
