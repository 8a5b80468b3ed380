import { World } from '../process/harness.js';
import { Witness } from './cassandra.js';

/** The API with two executors, and what an independent client sees of a real Cassandra. */
export class RealService {
  private constructor(
    readonly witness: Witness,
    readonly world: World,
  ) {}

  static async start(contactPoint: string): Promise<RealService> {
    const world = await World.create();
    await world.service(2);
    return new RealService(new Witness(contactPoint), world);
  }

  async stop(): Promise<void> {
    await this.world.stop();
    await this.witness.close();
  }
}
