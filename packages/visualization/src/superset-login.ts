import { SecretValue, Stack, Token } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { refuse } from './private/refuse';
import type { SupersetRole } from './superset-role';

/** How people log in by a provider that speaks OpenID Connect. */
export interface OidcLoginOptions {
  /** The provider: an address below which `/.well-known/openid-configuration` lies. */
  readonly issuer: string;

  /** What the provider calls Superset. */
  readonly clientId: string;

  /** The client's secret, as the whole text of the secret or a field of it. */
  readonly clientSecret: ecs.Secret;

  /**
   * The roles that each group of the provider gives. Who has none of them is let in nowhere.
   */
  readonly roles: Record<string, SupersetRole[]>;

  /**
   * The claim with a person's groups.
   * @default "groups"
   */
  readonly roleClaim?: string;
}

/** How people log in by Amazon Cognito. */
export interface CognitoLoginOptions {
  /** The user pool. It must have a domain, by which people log in. */
  readonly userPool: cognito.IUserPool;

  /** The roles that each group of the user pool gives. Who has none of them is let in nowhere. */
  readonly roles: Record<string, SupersetRole[]>;
}

/** How people log in to Superset, and which roles they have there. */
export class SupersetLogin {
  /** By passwords that Superset keeps: the administrator has one, and makes the other users. */
  public static password(): SupersetLogin {
    return new SupersetLogin(() => ({ variables: {}, secrets: {} }));
  }

  /**
   * By a provider that speaks OpenID Connect: Okta, Entra ID, Keycloak, …. It sends people back to
   * `https://…/oauth-authorized/oidc`.
   *
   * @param options the provider
   * @throws `InvalidIssuer`, `NoRoles`
   */
  public static oidc(options: OidcLoginOptions): SupersetLogin {
    const { issuer, clientId, clientSecret, roleClaim = 'groups' } = options;
    if (!Token.isUnresolved(issuer) && !issuer.startsWith('https://')) {
      refuse(
        'InvalidIssuer',
        `issuer "${issuer}"`,
        'an address with https',
        'give the address that the provider names',
      );
    }
    const mapping = mappingOf(options.roles);
    return new SupersetLogin(() => ({
      variables: {
        OIDC_ISSUER: issuer.replace(/\/$/, ''),
        OIDC_CLIENT_ID: clientId,
        OIDC_ROLE_CLAIM: roleClaim,
        OIDC_ROLE_MAPPING: mapping,
      },
      secrets: { OIDC_CLIENT_SECRET: clientSecret },
    }));
  }

  /**
   * By a user pool of Amazon Cognito, in which Superset becomes a client.
   *
   * @param options the user pool, and what its groups may do
   * @throws `NoRoles`
   */
  public static cognito(options: CognitoLoginOptions): SupersetLogin {
    const { userPool } = options;
    const mapping = mappingOf(options.roles);
    return new SupersetLogin((scope, publicUrl) => {
      const client = new cognito.UserPoolClient(scope, 'Client', {
        userPool,
        generateSecret: true,
        preventUserExistenceErrors: true,
        authFlows: {},
        oAuth: {
          flows: { authorizationCodeGrant: true },
          scopes: [cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL, cognito.OAuthScope.PROFILE],
          callbackUrls: [`${publicUrl}/oauth-authorized/oidc`],
          logoutUrls: [`${publicUrl}/login/`],
        },
      });
      const { attrClientSecret } = client.node.defaultChild as cognito.CfnUserPoolClient;
      const secret = new secretsmanager.Secret(scope, 'ClientSecret', {
        description: 'By which Superset is known to the user pool',
        secretStringValue: SecretValue.resourceAttribute(attrClientSecret),
      });
      const { region, urlSuffix } = Stack.of(userPool);
      return {
        variables: {
          OIDC_ISSUER: `https://cognito-idp.${region}.${urlSuffix}/${userPool.userPoolId}`,
          OIDC_CLIENT_ID: client.userPoolClientId,
          OIDC_ROLE_CLAIM: 'cognito:groups',
          OIDC_ROLE_MAPPING: mapping,
        },
        secrets: { OIDC_CLIENT_SECRET: ecs.Secret.fromSecretsManager(secret) },
      };
    });
  }

  private constructor(private readonly bind: (scope: Construct, publicUrl: string) => LoginSettings) {}

  /** @internal What Superset's containers are told of it. */
  public _bind(scope: Construct, publicUrl: string): LoginSettings {
    return this.bind(scope, publicUrl);
  }
}

interface LoginSettings {
  readonly variables: Record<string, string>;
  readonly secrets: Record<string, ecs.Secret>;
}

function mappingOf(roles: Record<string, SupersetRole[]>): string {
  if (Object.keys(roles).length === 0) {
    refuse(
      'NoRoles',
      'roles "{}"',
      'one group at least: nobody else is let in',
      'give a role to a group of the provider',
    );
  }
  return JSON.stringify(
    Object.fromEntries(Object.entries(roles).map(([group, has]) => [group, has.map((r) => r.name)])),
  );
}
