import { median, rounded } from '../median.js';
import { ENGINES, type EngineName, type Measurement } from './measurement.js';

/** What the rounds of one case say of one engine. */
export interface EngineFigures {
  bench: 'engine';
  case: string;
  engine: EngineName;
  /** Operations for each second of CPU time of the client process. */
  opsPerClientCpuSecond: number;
  cpuUsPerOperation: number;
  /** Operations per CPU-second over the driver's in the same run. */
  ratioToDriver: number;
  /** Median of the rounds, by the wall clock. */
  opsPerSecond: number;
  roundsCpuUsPerOperation: number[];
}

/** Runs the engines in turn, so that whatever else the machine does meets them alike; medians over the rounds. */
export async function compare(
  name: string,
  rounds: number,
  measure: (engine: EngineName) => Promise<Measurement>,
): Promise<EngineFigures[]> {
  const taken: Record<EngineName, Measurement[]> = { wire: [], driver: [] };
  for (let round = 0; round < rounds; round++) {
    for (const engine of ENGINES) {
      const measurement = await measure(engine);
      if (measurement.operations === 0) throw new Error(`${name}: ${engine} carried out no operation`);
      taken[engine].push(measurement);
    }
  }
  const cpuUs = (engine: EngineName) => taken[engine].map((one) => one.cpuUs / one.operations);
  const driverUs = median(cpuUs('driver'));
  return ENGINES.map((engine) => {
    const each = cpuUs(engine);
    const own = median(each);
    return {
      bench: 'engine',
      case: name,
      engine,
      opsPerClientCpuSecond: Math.round(1e6 / own),
      cpuUsPerOperation: rounded(own, 3),
      ratioToDriver: rounded(driverUs / own, 2),
      opsPerSecond: Math.round(median(taken[engine].map((one) => (one.operations * 1e3) / one.elapsedMs))),
      roundsCpuUsPerOperation: each.map((value) => rounded(value, 3)),
    };
  });
}
