import type { ServiceFactory } from '../service';
import { publishEvents } from './events';
import { handleS3 } from './http';
import { MultipartUploads } from './multipart-uploads';
import { s3Operations } from './operations';
import { s3Resources } from './resources';

/** Buckets and objects, as folders and files of the workspace. */
export const s3: ServiceFactory = (lake) => {
  const room = { lake, uploads: new MultipartUploads(lake.workspace, lake.objects) };
  publishEvents(lake);
  return {
    name: 's3',
    protocol: { kind: 'http', handle: (request, response, call) => handleS3(room, request, response, call) },
    resources: s3Resources(lake),
    operations: s3Operations(lake),
    tasks: {},
  };
};
