import type { NextFunction, Request, Response } from 'express';
import type { Metrics } from '../ops/metrics.service.js';

export const isRoute = (route: unknown): route is { path: unknown } =>
  typeof route === 'object' && route !== null && 'path' in route;

/** Counts and times every answer by the route's pattern; a label per path would grow with every run. */
export const measure =
  (metrics: Metrics) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const observe = metrics.start();
    response.once('close', () => {
      const route = isRoute(request.route) ? String(request.route.path) : 'none';
      observe({ method: request.method, route, status: response.statusCode });
    });
    next();
  };
