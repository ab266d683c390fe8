import type { ExtractionConfiguration } from '../../src/private/extraction-configuration';
import { Authenticator } from './auth';
import { type Answer, extract } from './extract';
import { HttpClient, type HttpSurroundings } from './http';
import { type Invocation, LambdaSource } from './lambda-source';
import type { ObjectStore } from './object-store';
import type { RecordSource } from './record-source';
import { RestSource } from './rest-source';

/** Everything outside of the function. */
export interface Outside extends HttpSurroundings {
  readonly store: ObjectStore;
  readSecret(arn: string): Promise<string>;
  invoke(functionArn: string, payload: string): Promise<Invocation>;
  timeIsUp(): boolean;
  /** Where a URL is really sent. */
  locate(url: string): string;
  log(line: string): void;
}

/** One run, or the part of it for which there is time. */
export async function handle(outside: Outside, config: ExtractionConfiguration, runId: string): Promise<Answer> {
  const answer = await extract(
    { store: outside.store, source: sourceOf(outside, config), now: outside.now, timeIsUp: outside.timeIsUp },
    config,
    runId,
  );
  outside.log(JSON.stringify(metrics(config.name, answer, outside.now())));
  return answer;
}

function sourceOf(outside: Outside, { source, watermark }: ExtractionConfiguration): RecordSource {
  if (source.kind === 'lambda') return new LambdaSource(source, outside.invoke, outside.sleep);
  const http = new HttpClient(outside, source);
  const authenticator = new Authenticator(source.auth, outside.readSecret, http, outside.locate);
  return new RestSource(source, watermark, http, authenticator, outside.locate);
}

/**
 * Metrics as a line of the log, which CloudWatch reads: no right and no request is needed.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function metrics(name: string, { measures, run, interval }: Answer, Timestamp: number) {
  const Metrics = ['Rows', 'Quarantined', 'Requests'].map((Name) => ({ Name, Unit: 'Count' }));
  return {
    _aws: {
      Timestamp,
      CloudWatchMetrics: [{ Namespace: 'Lakewright/Ingestion', Dimensions: [['Extraction']], Metrics }],
    },
    Extraction: name,
    Rows: measures.rowsOut,
    Quarantined: measures.quarantined,
    Requests: measures.requests,
    run,
    interval,
  };
}
