import { appflow } from './appflow';
import { athena } from './athena';
import { dms } from './dms';
import { ecs } from './ecs';
import { events } from './events';
import { glue } from './glue';
import { iceberg } from './iceberg';
import { kms } from './kms';
import { lakeformation } from './lakeformation';
import { lambda } from './lambda';
import { monitoring } from './monitoring';
import { s3 } from './s3';
import { scheduler } from './scheduler';
import { secretsmanager } from './secretsmanager';
import type { ServiceFactory } from './service';
import { sns } from './sns';
import { sqs } from './sqs';
import { ssm } from './ssm';
import { states } from './states';
import { sts } from './sts';

/** Every service of the runtime. The server, the planner and the docs read the rest from what each one says of itself. */
export const SERVICES: readonly ServiceFactory[] = [
  s3,
  glue,
  iceberg,
  lakeformation,
  athena,
  states,
  events,
  dms,
  ecs,
  scheduler,
  lambda,
  appflow,
  sqs,
  sns,
  ssm,
  secretsmanager,
  kms,
  sts,
  monitoring,
];
