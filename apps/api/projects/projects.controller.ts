import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { CreateProject, Project, ReplaceProject } from '#libs/contract/project.js';
import { answerVersion, IF_MATCH, IfMatch, readIfMatch } from '../http/etag.js';
import { answerMade, IDEMPOTENCY_KEY, IdempotencyKey } from '../http/idempotency.js';
import { Needs } from '../keys/access.js';
import { type Caller, Who } from '../keys/caller.js';
import { Problems } from '../problem/problems.decorator.js';
import { Projects } from './projects.service.js';

const Id = z.object({ id: z.string().min(1).max(64) });
type Id = z.infer<typeof Id>;

const ProjectList = z.object({ items: z.array(Project) }).meta({ id: 'ProjectList' });
type ProjectList = z.infer<typeof ProjectList>;

@ApiTags('projects')
@Controller('v1/projects')
export class ProjectsController {
  constructor(private readonly projects: Projects) {}

  @Post()
  @Needs('admin')
  @ApiOperation({ operationId: 'createProject', summary: 'Make a project' })
  @IdempotencyKey()
  @ApiCreatedResponse({ description: 'The project', standardSchema: Project })
  @Problems('VALIDATION_FAILED', 'FORBIDDEN', 'CONFLICT', 'IDEMPOTENCY_KEY_REUSED')
  async create(
    @Who() caller: Caller,
    @Body({ schema: CreateProject }) body: CreateProject,
    @Headers(IDEMPOTENCY_KEY) key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Project> {
    const { item, replayed } = await this.projects.create(caller, body, key);
    answerMade(response, `/v1/projects/${item.id}`, replayed);
    return answerVersion(response, item);
  }

  @Get()
  @ApiOperation({ operationId: 'listProjects', summary: 'List projects and what they use now' })
  @ApiOkResponse({ description: 'The projects that the key sees', standardSchema: ProjectList })
  async list(@Who() caller: Caller): Promise<ProjectList> {
    return { items: await this.projects.list(caller) };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getProject', summary: 'One project' })
  @ApiOkResponse({ description: 'The project', standardSchema: Project })
  @Problems('NOT_FOUND')
  async get(
    @Who() caller: Caller,
    @Param({ schema: Id }) { id }: Id,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Project> {
    return answerVersion(response, await this.projects.get(caller, id));
  }

  @Put(':id')
  @Needs('admin')
  @ApiOperation({ operationId: 'replaceProject', summary: 'Change the name and quotas of a project' })
  @IfMatch()
  @ApiOkResponse({ description: 'The project as it is now', standardSchema: Project })
  @Problems('VALIDATION_FAILED', 'FORBIDDEN', 'NOT_FOUND', 'PRECONDITION_FAILED', 'PRECONDITION_REQUIRED')
  async replace(
    @Who() caller: Caller,
    @Param({ schema: Id }) { id }: Id,
    @Body({ schema: ReplaceProject }) body: ReplaceProject,
    @Headers(IF_MATCH) ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Project> {
    return answerVersion(response, await this.projects.replace(caller, id, readIfMatch(ifMatch), body));
  }

  @Delete(':id')
  @Needs('admin')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteProject', summary: 'Delete a project that has nothing' })
  @ApiNoContentResponse({ description: 'Deleted' })
  @Problems('FORBIDDEN', 'NOT_FOUND', 'CONFLICT')
  delete(@Who() caller: Caller, @Param({ schema: Id }) { id }: Id): Promise<void> {
    return this.projects.delete(caller, id);
  }
}
