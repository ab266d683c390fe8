import type { CfnConnectorProfile } from 'aws-cdk-lib/aws-appflow';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

/** How AppFlow signs in to Salesforce. */
export interface SalesforceConnectorOptions {
  /** `https://name.my.salesforce.com` */
  readonly instanceUrl: string;

  /**
   * The secret with the client ID and client secret of one's own connected app: AppFlow is given its ARN and reads it itself.
   *
   * Its policy has to let `appflow.amazonaws.com` read it.
   * @default AppFlow's own connected app
   */
  readonly clientCredentials?: secretsmanager.ISecret;

  /**
   * Whether it is a sandbox of Salesforce.
   * @default false
   */
  readonly sandbox?: boolean;
}

/** How AppFlow signs in where OAuth tokens were fetched beforehand. */
export interface TokenConnectorOptions {
  /** `https://name.zendesk.com`, `https://name.slack.com` */
  readonly instanceUrl: string;

  /** JSON with the fields `clientId`, `clientSecret` and `accessToken`. */
  readonly secret: secretsmanager.ISecret;
}

/** How AppFlow signs in to ServiceNow. */
export interface ServiceNowConnectorOptions {
  /** `https://name.service-now.com` */
  readonly instanceUrl: string;

  /** JSON with the fields `username` and `password`. */
  readonly secret: secretsmanager.ISecret;
}

/** How AppFlow signs in to an SAP system through OData. */
export interface SapODataConnectorOptions {
  /** `https://sap.example.com` */
  readonly applicationHostUrl: string;

  /** JSON with the fields `username` and `password`. */
  readonly secret: secretsmanager.ISecret;

  /**
   * The path of the catalog service.
   * @default "/sap/opu/odata/iwfnd/catalogservice;v=2"
   */
  readonly applicationServicePath?: string;

  /** The SAP client, three digits. */
  readonly clientNumber: string;

  /**
   * The port of the HTTPS service.
   * @default 443
   */
  readonly portNumber?: number;

  /**
   * The language of texts, two letters.
   * @default the user's
   */
  readonly logonLanguage?: string;
}

/** How AppFlow signs in through a custom connector. */
export interface CustomConnectorOptions {
  /** The label under which the connector is registered in this account and region. */
  readonly label: string;

  /**
   * What the connector asks for beside the credentials; never a secret, since it is in the template in clear.
   * @default nothing
   */
  readonly properties?: Record<string, string>;
}

/** The OAuth part of a custom connector that fetches its tokens itself. */
export interface OAuthClientOptions extends CustomConnectorOptions {
  /** JSON with the fields `clientId` and `clientSecret`. */
  readonly secret: secretsmanager.ISecret;

  /** Where tokens are fetched. */
  readonly tokenUrl: string;
}

/**
 * A SaaS application and the secret with which AppFlow signs in to it.
 *
 * Every credential is a field of a Secrets Manager secret; the template has `{{resolve:secretsmanager:…}}` references only.
 */
export class AppFlowConnector {
  /**
   * Salesforce by a JSON web token: nobody has to agree in a browser.
   *
   * @param secret JSON with the field `jwtToken`
   * @param options the instance
   */
  public static salesforceJwt(secret: secretsmanager.ISecret, options: SalesforceConnectorOptions): AppFlowConnector {
    return salesforce(options, { oAuth2GrantType: 'JWT_BEARER', jwtToken: field(secret, 'jwtToken') });
  }

  /**
   * Salesforce by a refresh token that was fetched beforehand.
   *
   * @param secret JSON with the fields `accessToken` and `refreshToken`
   * @param options the instance
   */
  public static salesforceRefreshToken(
    secret: secretsmanager.ISecret,
    options: SalesforceConnectorOptions,
  ): AppFlowConnector {
    return salesforce(options, {
      oAuth2GrantType: 'AUTHORIZATION_CODE',
      accessToken: field(secret, 'accessToken'),
      refreshToken: field(secret, 'refreshToken'),
    });
  }

  /**
   * ServiceNow by user name and password.
   *
   * @param options the instance and the secret
   */
  public static serviceNow(options: ServiceNowConnectorOptions): AppFlowConnector {
    const { instanceUrl, secret } = options;
    return new AppFlowConnector('Servicenow', undefined, {
      connectorProfileProperties: { serviceNow: { instanceUrl } },
      connectorProfileCredentials: { serviceNow: basic(secret) },
    });
  }

  /**
   * Zendesk by an access token that was fetched beforehand.
   *
   * @param options the instance and the secret
   */
  public static zendesk(options: TokenConnectorOptions): AppFlowConnector {
    const { instanceUrl, secret } = options;
    return new AppFlowConnector('Zendesk', undefined, {
      connectorProfileProperties: { zendesk: { instanceUrl } },
      connectorProfileCredentials: { zendesk: tokens(secret) },
    });
  }

  /**
   * Slack by an access token that was fetched beforehand.
   *
   * @param options the instance and the secret
   */
  public static slack(options: TokenConnectorOptions): AppFlowConnector {
    const { instanceUrl, secret } = options;
    return new AppFlowConnector('Slack', undefined, {
      connectorProfileProperties: { slack: { instanceUrl } },
      connectorProfileCredentials: { slack: tokens(secret) },
    });
  }

  /**
   * SAP by user name and password.
   *
   * @param options the system and the secret
   */
  public static sapOData(options: SapODataConnectorOptions): AppFlowConnector {
    const { secret, ...system } = options;
    return new AppFlowConnector('SAPOData', undefined, {
      connectorProfileProperties: {
        sapoData: {
          applicationServicePath: '/sap/opu/odata/iwfnd/catalogservice;v=2',
          portNumber: 443,
          ...system,
        },
      },
      connectorProfileCredentials: { sapoData: { basicAuthCredentials: basic(secret) } },
    });
  }

  /**
   * A custom connector by user name and password.
   *
   * @param secret JSON with the fields `username` and `password`
   * @param options the connector
   */
  public static customBasic(secret: secretsmanager.ISecret, options: CustomConnectorOptions): AppFlowConnector {
    return custom(options, { authenticationType: 'BASIC', basic: basic(secret) });
  }

  /**
   * A custom connector by API key.
   *
   * @param secret JSON with the field `apiKey`
   * @param options the connector
   */
  public static customApiKey(secret: secretsmanager.ISecret, options: CustomConnectorOptions): AppFlowConnector {
    return custom(options, { authenticationType: 'APIKEY', apiKey: { apiKey: field(secret, 'apiKey') } });
  }

  /**
   * A custom connector by OAuth with client credentials.
   *
   * @param options the connector, the secret and where tokens are fetched
   */
  public static customOAuthClient(options: OAuthClientOptions): AppFlowConnector {
    const { secret, tokenUrl } = options;
    const oauth2 = { clientId: field(secret, 'clientId'), clientSecret: field(secret, 'clientSecret') };
    return custom(
      options,
      { authenticationType: 'OAUTH2', oauth2 },
      { oAuth2Properties: { oAuth2GrantType: 'CLIENT_CREDENTIALS', tokenUrl } },
    );
  }

  /** @internal */
  public static _of(
    type: string,
    label: string | undefined,
    config: CfnConnectorProfile.ConnectorProfileConfigProperty,
  ): AppFlowConnector {
    return new AppFlowConnector(type, label, config);
  }

  private constructor(
    /** @internal */
    public readonly _type: string,
    /** @internal */
    public readonly _label: string | undefined,
    /** @internal */
    public readonly _config: CfnConnectorProfile.ConnectorProfileConfigProperty,
  ) {}
}

function salesforce(
  { instanceUrl, clientCredentials, sandbox }: SalesforceConnectorOptions,
  credentials: CfnConnectorProfile.SalesforceConnectorProfileCredentialsProperty,
): AppFlowConnector {
  return AppFlowConnector._of('Salesforce', undefined, {
    connectorProfileProperties: { salesforce: { instanceUrl, isSandboxEnvironment: sandbox ?? false } },
    connectorProfileCredentials: {
      salesforce: { ...credentials, clientCredentialsArn: clientCredentials?.secretArn },
    },
  });
}

function custom(
  { label, properties }: CustomConnectorOptions,
  customConnector: CfnConnectorProfile.CustomConnectorProfileCredentialsProperty,
  more: CfnConnectorProfile.CustomConnectorProfilePropertiesProperty = {},
): AppFlowConnector {
  return AppFlowConnector._of('CustomConnector', label, {
    connectorProfileProperties: { customConnector: { ...more, profileProperties: properties } },
    connectorProfileCredentials: { customConnector },
  });
}

/** A dynamic reference: CloudFormation reads the field at deployment, the template never has its value. */
function field(secret: secretsmanager.ISecret, name: string): string {
  return secret.secretValueFromJson(name).unsafeUnwrap();
}

function basic(secret: secretsmanager.ISecret): CfnConnectorProfile.BasicAuthCredentialsProperty {
  return { username: field(secret, 'username'), password: field(secret, 'password') };
}

function tokens(secret: secretsmanager.ISecret): { clientId: string; clientSecret: string; accessToken: string } {
  return {
    clientId: field(secret, 'clientId'),
    clientSecret: field(secret, 'clientSecret'),
    accessToken: field(secret, 'accessToken'),
  };
}
