import Papa from 'papaparse';
import type { Point } from '#libs/report/line-chart.js';

/** Points of every key of one server that is a number, seconds after the start. */
export interface ServerSeries {
  server: string;
  keys: Map<string, Point[]>;
}

/** Reads the CSV files of the servers' figures; several of one server are put together. */
export function serverSeries(files: readonly string[], startMs: number): ServerSeries[] {
  const servers = new Map<string, ServerSeries>();
  for (const text of files) {
    const { data } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
    for (const { timestamp, host_port: server = '', ...values } of data) {
      const series = servers.get(server) ?? { server, keys: new Map<string, Point[]>() };
      servers.set(server, series);
      const atS = (Number(timestamp) - startMs) / 1000;
      for (const [key, value] of Object.entries(values)) {
        if (value === '' || !Number.isFinite(Number(value))) continue;
        const points = series.keys.get(key);
        if (points) points.push([atS, Number(value)]);
        else series.keys.set(key, [[atS, Number(value)]]);
      }
    }
  }
  return [...servers.values()].toSorted((one, other) => (one.server < other.server ? -1 : 1));
}
