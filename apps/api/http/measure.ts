import { Logger } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { AboutRun } from '../ops/about-run.js';
import type { Metrics } from '../ops/metrics.service.js';
import { routeOf } from './correlation.js';

/** Of a route of one run. */
const RUN = /^\/v1\/runs\/([\w-]{1,64})(?:\/|$)/;
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
      const line = `${method} ${request.path} ${response.statusCode} ${(seconds * 1000).toFixed(1)}ms`;
      const run = RUN.exec(request.path)?.[1];
      logger.log(run === undefined ? line : new AboutRun(run, line));
    });
    next();
  };
