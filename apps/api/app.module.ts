import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import type { RunQueue } from '#libs/queue/port.js';
import type { Store } from '#libs/store/port.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditPrune } from './audit/audit-prune.service.js';
import type { Tracing } from '#libs/telemetry/tracing.js';
import { Benchmarks } from './benchmarks/benchmarks.service.js';
import { BenchmarksController } from './benchmarks/benchmarks.controller.js';
import type { ApiConfig } from './config.js';
import { DatasetFinder } from './datasets/dataset-finder.service.js';
import { DatasetsController } from './datasets/datasets.controller.js';
import { DatasetsService } from './datasets/datasets.service.js';
import { FileDownload } from './datasets/file-download.service.js';
import { UploadsController } from './datasets/uploads.controller.js';
import { UploadsService } from './datasets/uploads.service.js';
import { ComparisonsController } from './comparisons/comparisons.controller.js';
import { Comparisons } from './comparisons/comparisons.service.js';
import { ExecutorsController } from './executors/executors.controller.js';
import { KeyGuard } from './http/key.guard.js';
import { KeysController } from './keys/keys.controller.js';
import { Keys } from './keys/keys.service.js';
import { HealthController } from './ops/health.controller.js';
import { MetricsController } from './ops/metrics.controller.js';
import { Metrics } from './ops/metrics.service.js';
import { RollUp } from './ops/roll-up.service.js';
import { Sweep } from './ops/sweep.service.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { ValidationPipe } from './problem/validation.pipe.js';
import { ArtifactsController } from './results/artifacts.controller.js';
import { Artifacts } from './results/artifacts.service.js';
import { ProjectsController } from './projects/projects.controller.js';
import { Projects } from './projects/projects.service.js';
import { EventStreams } from './results/event-streams.service.js';
import { HtmlReports } from './results/html-report.service.js';
import { HdrLogs } from './results/hdr-logs.service.js';
import { Reports } from './results/reports.service.js';
import { RunPictures } from './results/run-pictures.service.js';
import { ReportsController } from './results/reports.controller.js';
import { ResultsController } from './results/results.controller.js';
import { Results } from './results/results.service.js';
import { RunPlanner } from './runs/run-planner.js';
import { RunsController } from './runs/runs.controller.js';
import { RunsService } from './runs/runs.service.js';
import { TargetGuard } from './runs/target-guard.js';
import { ChildStarter } from './suites/child-starter.service.js';
import { Coordinator } from './suites/coordinator.service.js';
import { ParentsController } from './suites/parents.controller.js';
import { Parents } from './suites/parents.service.js';
import { Firing } from './schedules/firing.service.js';
import { Scheduler } from './schedules/scheduler.service.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { Schedules } from './schedules/schedules.service.js';
import { DeliveryPrune } from './webhooks/delivery-prune.service.js';
import { Dispatcher } from './webhooks/dispatcher.service.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { Webhooks } from './webhooks/webhooks.service.js';
import { CONFIG, type Lookup, LOOKUP, type NowMs, NOW_MS, QUEUE, STORE } from './tokens.js';

/** What the application cannot make itself. */
export interface Parts {
  config: ApiConfig;
  store: Store;
  queue: RunQueue;
  nowMs: NowMs;
  lookup: Lookup;
  /** Where spans go; nowhere when absent. */
  tracing?: Tracing;
  /** Where log lines go; standard error when absent. */
  logTo?: (text: string) => void;
}

@Module({})
export class AppModule {
  /** Without a store the module can be described, but not run. */
  static of({ config, store, queue, nowMs, lookup }: Omit<Parts, 'store' | 'queue'> & Partial<Parts>): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ScheduleModule.forRoot(),
        ThrottlerModule.forRoot([{ ttl: 60_000, limit: config.maxRequestsPerMinute }]),
      ],
      controllers: [
        RunsController,
        ResultsController,
        ReportsController,
        ArtifactsController,
        ComparisonsController,
        ParentsController,
        ExecutorsController,
        DatasetsController,
        UploadsController,
        HealthController,
        MetricsController,
        KeysController,
        ProjectsController,
        AuditController,
        BenchmarksController,
        SchedulesController,
        WebhooksController,
      ],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: STORE, useValue: store },
        { provide: QUEUE, useValue: queue },
        { provide: NOW_MS, useValue: nowMs },
        { provide: LOOKUP, useValue: lookup },
        { provide: APP_GUARD, useClass: ThrottlerGuard },
        { provide: APP_GUARD, useClass: KeyGuard },
        { provide: APP_PIPE, useClass: ValidationPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
        TargetGuard,
        RunPlanner,
        RunsService,
        DatasetFinder,
        DatasetsService,
        FileDownload,
        UploadsService,
        Results,
        HdrLogs,
        HtmlReports,
        RunPictures,
        Comparisons,
        Reports,
        Artifacts,
        EventStreams,
        Metrics,
        Sweep,
        RollUp,
        Parents,
        ChildStarter,
        Coordinator,
        Keys,
        Projects,
        AuditPrune,
        Benchmarks,
        Schedules,
        Firing,
        Scheduler,
        Webhooks,
        Dispatcher,
        DeliveryPrune,
      ],
    };
  }
}
