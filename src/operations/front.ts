import type { Server } from 'node:http';
import type { NewCallGate, TurnRunner } from '@jovo-telephony/platform-base';
import type { Clock } from '@jovo-telephony/telephony';
import type { Settings } from '../settings';
import { DoorWatch } from './door-watch';
import { Drain } from './drain';
import { closeServer, limitedServer } from './http-limits';
import type { Log } from './log';
import type { Operations } from './operations';
import { type Door, listen, routes, type SideRoute, upgrades } from './ports';
import { Probes } from './probes';

export interface FrontOptions {
  settings: Settings;
  log: Log;
  clock: Clock;
  operations: Operations;
}

/** How long the goodbyes of a stop may take. */
const GOODBYES_WITHIN_MS = 15_000;
/** How often calls are looked for that have fallen silent, or ended elsewhere. */
const SWEEP_EVERY_MS = 60_000;
/** How long answers that are on their way may take after the last call. */
const ANSWERS_WITHIN_MS = 1_000;

/** Everything of a server that is in front of its calls: ports, doors, probes, and how they are closed. */
export class Front {
  readonly watch: DoorWatch;
  private readonly drain: Drain;
  private doors: readonly Door[] = [];
  private servers: readonly Server[] = [];
  private closed: Promise<void> | undefined;
  private stopSweeping: () => void = () => {};

  constructor(private readonly options: FrontOptions) {
    const { settings, log, clock, operations } = options;
    this.drain = new Drain({
      clock,
      log,
      calls: () => this.calls,
      expected: () => this.doors.reduce((sum, { calls }) => sum + calls.calls.expected, 0),
      sweep: () => this.sweep(),
      limitMs: settings.drainMs,
      sayGoodbye: () => {
        for (const { calls } of this.doors) calls.stopCalls();
      },
      goodbyeMs: GOODBYES_WITHIN_MS,
      end: async () => {
        await Promise.all(this.doors.map(({ calls }) => calls.endCalls()));
      },
    });
    this.watch = new DoorWatch({
      metrics: operations.metrics,
      log,
      clock,
      trustProxy: settings.trustProxy,
      callsPerAddress: settings.limits.perAddress,
      accepting: () => this.drain.accepting,
      onCallRefused: () => operations.watch.callRefused(),
    });
    operations.metrics.set('draining', {}, 0);
  }

  /** Calls that are running. */
  get calls(): number {
    return this.doors.reduce((sum, { calls }) => sum + calls.calls.size, 0);
  }

  /** What the platform of a network asks for every call that is new at its door, and does its turns within. */
  platform(network: string): { newCall: NewCallGate; runTurn: TurnRunner } {
    const { spans } = this.options.operations;
    return {
      newCall: ({ headers }) => this.watch.newCall(network, headers),
      runTurn: (turn, work) => spans.within(turn, work),
    };
  }

  /** Opens every door on one port, and a port for the figures if they have one. Resolves with the ports. */
  async open(
    doors: readonly Door[],
    sideRoutes?: readonly SideRoute[],
  ): Promise<{ port: number; metricsPort: number | undefined }> {
    const { settings, log, operations } = this.options;
    const { host, metrics } = settings;
    const { metrics: figures, alarms } = operations;
    const probes = new Probes({
      metrics: figures,
      alarms,
      tokens: metrics.tokens,
      state: () => this.drain.state,
      ownPort: metrics.port !== undefined,
    });
    const ports = { doors, sideRoutes, watch: this.watch, probes, log };
    const server = limitedServer(routes(ports));
    server.on('upgrade', upgrades(ports));
    this.doors = doors;
    this.sweepLater();
    this.servers = [server];
    const port = await listen(server, { port: settings.port, host, variable: 'PORT' });
    if (metrics.port === undefined) return { port, metricsPort: undefined };
    const internal = limitedServer(probes.listener);
    this.servers = [server, internal];
    return {
      port,
      metricsPort: await listen(internal, { port: metrics.port, host, variable: 'METRICS_PORT' }),
    };
  }

  /** Takes no new calls and waits for those that run, then closes. Asked again meanwhile, it waits for nothing. */
  async stop(): Promise<void> {
    this.options.operations.metrics.set('draining', {}, 1);
    await (this.drain.accepting ? this.drain.begin() : this.drain.force());
    await this.close(ANSWERS_WITHIN_MS);
  }

  /** Closes ports and sockets, at once or as soon as what is under way has left. */
  close(graceMs = 0): Promise<void> {
    this.closed ??= this.shut(graceMs);
    return this.closed;
  }

  private async sweep(): Promise<void> {
    await Promise.all(this.doors.map(({ calls }) => calls.sweep()));
  }

  private sweepLater(): void {
    this.stopSweeping = this.options.clock.after(SWEEP_EVERY_MS, () => {
      this.sweep().catch(() => {});
      this.sweepLater();
    });
  }

  private async shut(graceMs: number): Promise<void> {
    this.stopSweeping();
    for (const { webSocket } of this.doors) webSocket.close(graceMs > 0);
    const cut = setTimeout(() => {
      for (const { webSocket } of this.doors) webSocket.close();
    }, graceMs);
    await Promise.all(this.servers.map((server) => closeServer(server, graceMs)));
    clearTimeout(cut);
  }
}
