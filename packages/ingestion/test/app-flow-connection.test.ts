import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, test } from 'vitest';
import { AppFlowConnection, AppFlowConnector, AppFlowIngestion, AppFlowSource } from '../src';
import { lake } from './app-flow.support';

function connection(connectorOf: (secret: secretsmanager.ISecret) => AppFlowConnector) {
  const { app, stack, storage } = lake();
  const secret = secretsmanager.Secret.fromSecretCompleteArn(
    stack,
    'Secret',
    'arn:aws:secretsmanager:eu-central-1:111111111111:secret:crm-AbCdEf',
  );
  const made = new AppFlowConnection(stack, 'Crm', { connector: connectorOf(secret) });
  const properties = () =>
    Object.values(Template.fromStack(stack).findResources('AWS::AppFlow::ConnectorProfile'))[0]?.Properties;
  return { app, stack, storage, secret, made, properties };
}

const ARN = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:crm-AbCdEf';
const field = (name: string) => `{{resolve:secretsmanager:${ARN}:SecretString:${name}::}}`;
const instanceUrl = 'https://theirs.example.com';
const tokens = { ClientId: field('clientId'), ClientSecret: field('clientSecret'), AccessToken: field('accessToken') };
const basic = { Username: field('username'), Password: field('password') };

describe('defaults', () => {
  test('the name is made of the path, and the flow refers to the connection', () => {
    const { stack, storage, made } = connection((secret) => AppFlowConnector.serviceNow({ instanceUrl, secret }));
    const source = AppFlowSource.serviceNow({ connection: made, object: 'incident' });
    new AppFlowIngestion(stack, 'Incidents', { source, target: storage.raw.location('incidents') });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::AppFlow::ConnectorProfile', {
      ConnectorProfileName: 'LakeCrm3F186504',
      ConnectionMode: 'Public',
    });
    template.hasResourceProperties('AWS::AppFlow::Flow', {
      SourceFlowConfig: { ConnectorProfileName: stack.resolve(made.connectionName) },
    });
    expect(stack.resolve(made.connectionName)).toEqual({ Ref: expect.stringContaining('Crm') });
  });
});

describe('credentials are references to fields of the secret', () => {
  test.each<[string, (secret: secretsmanager.ISecret) => AppFlowConnector, string, Record<string, unknown>]>([
    [
      'Salesforce by a JSON web token',
      (secret) => AppFlowConnector.salesforceJwt(secret, { instanceUrl, clientCredentials: secret }),
      'Salesforce',
      {
        ConnectorProfileProperties: { Salesforce: { InstanceUrl: instanceUrl, isSandboxEnvironment: false } },
        ConnectorProfileCredentials: {
          Salesforce: { OAuth2GrantType: 'JWT_BEARER', JwtToken: field('jwtToken'), ClientCredentialsArn: ARN },
        },
      },
    ],
    [
      'Salesforce by a refresh token',
      (secret) => AppFlowConnector.salesforceRefreshToken(secret, { instanceUrl, sandbox: true }),
      'Salesforce',
      {
        ConnectorProfileProperties: { Salesforce: { InstanceUrl: instanceUrl, isSandboxEnvironment: true } },
        ConnectorProfileCredentials: {
          Salesforce: {
            OAuth2GrantType: 'AUTHORIZATION_CODE',
            AccessToken: field('accessToken'),
            RefreshToken: field('refreshToken'),
          },
        },
      },
    ],
    [
      'ServiceNow',
      (secret) => AppFlowConnector.serviceNow({ instanceUrl, secret }),
      'Servicenow',
      {
        ConnectorProfileProperties: { ServiceNow: { InstanceUrl: instanceUrl } },
        ConnectorProfileCredentials: { ServiceNow: basic },
      },
    ],
    [
      'Zendesk',
      (secret) => AppFlowConnector.zendesk({ instanceUrl, secret }),
      'Zendesk',
      {
        ConnectorProfileProperties: { Zendesk: { InstanceUrl: instanceUrl } },
        ConnectorProfileCredentials: { Zendesk: tokens },
      },
    ],
    [
      'Slack',
      (secret) => AppFlowConnector.slack({ instanceUrl, secret }),
      'Slack',
      {
        ConnectorProfileProperties: { Slack: { InstanceUrl: instanceUrl } },
        ConnectorProfileCredentials: { Slack: tokens },
      },
    ],
    [
      'SAP',
      (secret) => AppFlowConnector.sapOData({ applicationHostUrl: instanceUrl, clientNumber: '100', secret }),
      'SAPOData',
      {
        ConnectorProfileProperties: {
          SAPOData: {
            ApplicationHostUrl: instanceUrl,
            ApplicationServicePath: '/sap/opu/odata/iwfnd/catalogservice;v=2',
            ClientNumber: '100',
            PortNumber: 443,
          },
        },
        ConnectorProfileCredentials: { SAPOData: { BasicAuthCredentials: basic } },
      },
    ],
    [
      'a custom connector by user name and password',
      (secret) => AppFlowConnector.customBasic(secret, { label: 'theirs', properties: { host: 'h' } }),
      'CustomConnector',
      {
        ConnectorProfileProperties: { CustomConnector: { ProfileProperties: { host: 'h' } } },
        ConnectorProfileCredentials: { CustomConnector: { AuthenticationType: 'BASIC', Basic: basic } },
      },
    ],
    [
      'a custom connector by API key',
      (secret) => AppFlowConnector.customApiKey(secret, { label: 'theirs' }),
      'CustomConnector',
      {
        ConnectorProfileProperties: { CustomConnector: {} },
        ConnectorProfileCredentials: {
          CustomConnector: { AuthenticationType: 'APIKEY', ApiKey: { ApiKey: field('apiKey') } },
        },
      },
    ],
    [
      'a custom connector by OAuth',
      (secret) => AppFlowConnector.customOAuthClient({ label: 'theirs', secret, tokenUrl: 'https://t.example.com' }),
      'CustomConnector',
      {
        ConnectorProfileProperties: {
          CustomConnector: {
            OAuth2Properties: { OAuth2GrantType: 'CLIENT_CREDENTIALS', TokenUrl: 'https://t.example.com' },
          },
        },
        ConnectorProfileCredentials: {
          CustomConnector: {
            AuthenticationType: 'OAUTH2',
            Oauth2: { ClientId: field('clientId'), ClientSecret: field('clientSecret') },
          },
        },
      },
    ],
  ])('%s', (_, connectorOf, type, config) => {
    const made = connection(connectorOf).properties();
    expect(made.ConnectorType).toBe(type);
    expect(made.ConnectorLabel).toBe(type === 'CustomConnector' ? 'theirs' : undefined);
    expect(made.ConnectorProfileConfig).toEqual(config);
  });
});

describe('supplied resources and refused input', () => {
  test('a name and a key that are handed in are used', () => {
    const { stack } = lake();
    const secret = new secretsmanager.Secret(stack, 'Secret');
    const encryptionKey = new kms.Key(stack, 'Key');
    const connector = AppFlowConnector.zendesk({ instanceUrl, secret });
    new AppFlowConnection(stack, 'Desk', { connector, connectionName: 'desk', encryptionKey });
    Template.fromStack(stack).hasResourceProperties('AWS::AppFlow::ConnectorProfile', {
      ConnectorProfileName: 'desk',
      KMSArn: stack.resolve(encryptionKey.keyArn),
    });
  });

  test('a name with blanks is refused', () => {
    expect(() => AppFlowConnection.fromName('our crm')).toThrow(/^InvalidConnectionName: connection name "our crm"/);
  });
});
