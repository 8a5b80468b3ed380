import { serverCharts } from '#libs/workloads/zookeeper/report/server-charts.js';
import { sessionTables } from '#libs/workloads/zookeeper/report/session-tables.js';
import { labelOf } from '../figure-tables.js';
import type { Panel } from './panel.js';

/** Sessions, outages, and the servers' own figures over time. */
export const zookeeperPanel: Panel = (pictures, frame) => {
  const runs = pictures.map((picture) => {
    const report = picture.summary?.report;
    return {
      label: labelOf(picture),
      startMs: picture.startMs,
      sessions: report?.kind === 'zookeeper' ? report : null,
      serverCsv: Object.entries(picture.files).flatMap(([name, text]) =>
        name.startsWith('zk-metrics-') ? [text] : [],
      ),
    };
  });
  return `${sessionTables(runs)}${serverCharts(runs, frame)}`;
};
