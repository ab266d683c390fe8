import { LakeStorage } from '@lakewright/storage';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AppFlowConnection, AppFlowIngestion, type AppFlowIngestionProps, AppFlowSource } from '../src';

/** A stack with storage. */
export function lake() {
  const app = new App();
  const stack = new Stack(app, 'Lake');
  return { app, stack, storage: new LakeStorage(stack, 'Storage') };
}

/** Contacts of Salesforce, through a connection that a person made. */
export function contacts(): AppFlowSource {
  return AppFlowSource.salesforce({ connection: AppFlowConnection.fromName('crm'), object: 'Contact' });
}

/** A flow in a stack of its own, and what it looks like in the template. */
export function flow(props: Partial<AppFlowIngestionProps> = {}) {
  const { app, stack, storage } = lake();
  const ingestion = new AppFlowIngestion(stack, 'Customers', {
    source: contacts(),
    target: storage.raw.location('customers'),
    ...props,
  });
  const template = () => Template.fromStack(stack);
  const properties = () => Object.values(template().findResources('AWS::AppFlow::Flow'))[0]?.Properties;
  return { app, stack, storage, ingestion, template, properties };
}
