import { beforeAll, describe, expect, it } from 'vitest';
import { freePort, requireBuild, tidemark } from './cli-program.js';

beforeAll(requireBuild);

describe('tidemark tells its caller', () => {
  it('2 for a file that is not there, naming it', async () => {
    const { exitCode, errors, out } = await tidemark(['run', 'absent.yaml']).ended;
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(errors).toContain('absent.yaml cannot be read');
  });

  it('2 for a definition with problems, naming every one', async () => {
    const input = '{"kind":"stress","spec":{"command":"write n=1"},"placement":{"executors":0},"labels":7}';
    const { exitCode, errors } = await tidemark(['run', '-'], {}, input).ended;
    expect(exitCode).toBe(2);
    expect(errors).toContain('placement.executors');
    expect(errors).toContain('labels');
  });

  it('2 for an unknown command and for an option that is none', async () => {
    const [command, option] = await Promise.all([tidemark(['launch']).ended, tidemark(['list', '--colour']).ended]);
    expect([command.exitCode, option.exitCode]).toEqual([2, 2]);
    expect(command.errors).toContain("unknown command 'launch'");
    expect(option.errors).toContain("unknown option '--colour'");
  });

  it('2 for a server that is no URL', async () => {
    const { exitCode, errors } = await tidemark(['list'], { TIDEMARK_SERVER: 'here' }).ended;
    expect(exitCode).toBe(2);
    expect(errors).toContain('TIDEMARK_SERVER');
  });

  it('1 when no server answers, saying how to start one', async () => {
    const server = `http://127.0.0.1:${await freePort()}`;
    const { exitCode, errors } = await tidemark(['list', '--server', server]).ended;
    expect(exitCode).toBe(1);
    expect(errors).toContain('tidemark serve');
  });
});

describe('tidemark sim', () => {
  it('serves until SIGTERM, leaves no process behind and ends with 0', async () => {
    const port = await freePort();
    const sim = tidemark(['sim', '--port', String(port)]);
    await sim.seen(/ready on 127\.0\.0\.1:(\d+)/);
    sim.child.kill('SIGTERM');
    expect((await sim.ended).exitCode).toBe(0);
    // The port is free again: the child is gone, not only its parent.
    const second = tidemark(['sim', '--port', String(port)]);
    await second.seen(/ready on/);
    second.child.kill('SIGINT');
    expect((await second.ended).exitCode).toBe(0);
  });
});
