import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { IConstruct } from 'constructs';
import { refuse } from './private/refuse';

/** Who of an OpenID Connect provider is let in. */
export interface OidcFederationOptions {
  /** The client ids that the provider issues tokens for: the claim `aud`. */
  readonly audiences: string[];

  /**
   * The users: the claim `sub`, with `*` for any run of characters: `repo:acme/lake:*`.
   */
  readonly subjects: string[];

  /**
   * The provider's URL without `https://`, which names the claims.
   * @default the provider's own; to be given where that isn't known at synthesis
   */
  readonly issuer?: string;
}

/** Who of an account is let in. */
export interface AccountFederationOptions {
  /**
   * What a third party has to give along.
   * @default none
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
   */
  readonly externalId?: string;

  /**
   * Whether who asks must have signed in with a second factor. Sessions of roles never have.
   * @default true
   */
  readonly requireMfa?: boolean;
}

/**
 * How people come to a persona: the trust policy of its role.
 *
 * People have no password in this account: they sign in where they always do, and take on the persona's role.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers.html
 */
export class Federation {
  /**
   * Who has a permission set of IAM Identity Center in this account.
   *
   * Identity Center makes a role for the permission set, named `AWSReservedSSO_<name>_<16 characters>`; that role, and none
   * whose name merely starts alike, may take on the persona. The permission set needs `persona.permissionSetPolicy` as its
   * inline policy. Sessions last an hour, since a role takes on a role.
   *
   * @param permissionSet its name, for example `LakeAnalyst`
   * @throws `InvalidPermissionSet`
   * @see https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
   */
  public static identityCenter(permissionSet: string): Federation {
    if (Token.isUnresolved(permissionSet) || !/^[\w+=,.@-]{1,32}$/.test(permissionSet)) {
      refuse(
        'InvalidPermissionSet',
        `permission set "${permissionSet}"`,
        '1 to 32 letters, digits and _+=,.@-, known at synthesis',
        'give its name, not its ARN',
      );
    }
    return new Federation((scope) => {
      const { account, partition } = Stack.of(scope);
      // all regions but us-east-1 have a segment of their own in the path
      const roles = ['', '*/'].map(
        (region) =>
          `arn:${partition}:iam::${account}:role/aws-reserved/sso.amazonaws.com/${region}AWSReservedSSO_${permissionSet}_${'?'.repeat(16)}`,
      );
      return new iam.AccountPrincipal(account).withConditions({ ArnLike: { 'aws:PrincipalArn': roles } });
    });
  }

  /**
   * Who signs in to the console, or calls `AssumeRoleWithSAML`, by a SAML 2.0 provider. The provider says by the attribute
   * `Role` who may take on which role.
   *
   * @param provider the SAML provider
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_saml.html
   */
  public static saml(provider: iam.ISamlProvider): Federation {
    return new Federation((scope) => {
      const { region } = Stack.of(scope);
      const endpoint = Token.isUnresolved(region) ? undefined : RegionInfo.get(region).samlSignOnUrl;
      return new iam.SamlPrincipal(provider, { StringEquals: { 'SAML:aud': endpoint ?? SAML_ENDPOINTS } });
    });
  }

  /**
   * Who has a token of an OpenID Connect provider.
   *
   * @param provider the provider
   * @param options for which audience, and who: without both, everybody with an account at the provider would get in
   * @throws `OidcWithoutConditions`, `IssuerUnknown`
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
   */
  public static oidc(provider: iam.IOpenIdConnectProvider, options: OidcFederationOptions): Federation {
    const { audiences, subjects } = options;
    if (audiences.length === 0 || subjects.length === 0 || subjects.some((subject) => /^[*?]*$/.test(subject))) {
      refuse(
        'OidcWithoutConditions',
        `audiences "${audiences.join(', ')}", subjects "${subjects.join(', ')}"`,
        'at least one of each, and no subject of wildcards alone',
        'name the client id, and the users by their sub claim',
      );
    }
    const issuer = (options.issuer ?? provider.openIdConnectProviderIssuer).replace(/^https:\/\//, '');
    if (Token.isUnresolved(issuer)) {
      refuse('IssuerUnknown', 'a provider whose URL is a token', 'known at synthesis', 'give "issuer" as well');
    }
    return new Federation(
      () =>
        new iam.OpenIdConnectPrincipal(provider, {
          StringEquals: { [`${issuer}:aud`]: audiences },
          StringLike: { [`${issuer}:sub`]: subjects },
        }),
    );
  }

  /**
   * Who may call `sts:AssumeRole` in an account, by that account's own policies.
   *
   * @param accountId the account, for example one of users and groups, or a partner's
   * @param options external id, second factor
   */
  public static account(accountId: string, options: AccountFederationOptions = {}): Federation {
    const { externalId, requireMfa = true } = options;
    const conditions = {
      ...(requireMfa ? WITH_MFA : {}),
      ...(externalId === undefined ? {} : { StringEquals: { 'sts:ExternalId': externalId } }),
    };
    return new Federation(() => new iam.AccountPrincipal(accountId).withConditions(conditions));
  }

  /**
   * Certain roles: of a BI tool, of a deployment, of another account.
   *
   * @param roles they, and nobody else
   * @throws `NobodyFederated`
   */
  public static roles(...roles: iam.IRole[]): Federation {
    return Federation.every(roles.map((role) => new Federation(() => new iam.ArnPrincipal(role.roleArn))));
  }

  /**
   * IAM users, with a second factor: where there is no federation. `LakeUsers` makes some.
   *
   * @param users they, and nobody else
   * @throws `NobodyFederated`
   */
  public static users(...users: iam.IUser[]): Federation {
    return Federation.every(
      users.map((user) => new Federation(() => new iam.ArnPrincipal(user.userArn).withConditions(WITH_MFA))),
    );
  }

  /**
   * Several ways in.
   *
   * @param ways any of them will do
   * @throws `NobodyFederated`
   */
  public static anyOf(...ways: Federation[]): Federation {
    return Federation.every(ways);
  }

  private static every(ways: readonly Federation[]): Federation {
    if (ways.length === 0) refuse('NobodyFederated', 'nobody', 'at least one', 'say who may take on the persona');
    return new Federation((scope) => new iam.CompositePrincipal(...ways.map((way) => way._principal(scope))));
  }

  private constructor(private readonly principal: (scope: IConstruct) => iam.PrincipalBase) {}

  /** @internal */
  public _principal(scope: IConstruct): iam.PrincipalBase {
    return this.principal(scope);
  }
}

const WITH_MFA = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };

/** A SAML provider accepts only assertions for the endpoint of its own partition. */
const SAML_ENDPOINTS = [
  'https://signin.aws.amazon.com/saml',
  'https://signin.amazonaws.cn/saml',
  'https://signin.amazonaws-us-gov.com/saml',
];
