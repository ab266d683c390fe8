import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';

/** What a token or assertion says of somebody. Its signature isn't checked: there is no identity provider here. */
export interface WebIdentity {
  readonly provider: string;
  readonly subject: string;
  /** `accounts.google.com:aud`, `saml:aud` … */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  /** Members of the answer. */
  readonly answer: Readonly<Record<string, unknown>>;
}

const OIDC = /^(AWS::IAM::OIDCProvider|Custom::AWSCDKOpenIdConnectProvider)$/;

const bare = (url: unknown): string => String(url).replace(/^https?:\/\//, '');

const invalid = (message: string): ServiceError => new ServiceError('InvalidIdentityToken', message, 400);

export const federatedBy = {
  /**
   * An OpenID Connect token: its claims are condition keys below the provider's name.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
   */
  web({ WebIdentityToken, ProviderId }: ApiShape, resources: readonly LakeResource[]): WebIdentity {
    const claims = claimsOf(String(WebIdentityToken ?? ''));
    const issuer = bare(ProviderId ?? claims.iss ?? '');
    if (issuer === '') throw invalid('The web identity token has no issuer.');
    const context = Object.fromEntries(
      Object.entries<ApiShape>(claims)
        .filter(([, value]) => typeof value === 'string' || Array.isArray(value))
        .map(([claim, value]) => [`${issuer}:${claim}`, Array.isArray(value) ? value.map(String) : value]),
    );
    const subject = String(claims.sub ?? 'web');
    const declared = resources.find(({ type, properties }) => OIDC.test(type) && bare(properties.Url) === issuer);
    const answer = { SubjectFromWebIdentityToken: subject, Provider: issuer };
    return { provider: declared?.arn ?? issuer, subject, context, answer };
  },

  /** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml */
  saml({ PrincipalArn, SAMLAssertion }: ApiShape): WebIdentity {
    const xml = Buffer.from(String(SAMLAssertion ?? ''), 'base64').toString('utf8');
    if (!/<(?:\w+:)?Assertion[\s>]/.test(xml)) throw invalid('The SAML assertion is not XML in base64.');
    const text = (name: string) => new RegExp(`<(?:\\w+:)?${name}[^>]*>([^<]*)<`).exec(xml)?.[1]?.trim();
    const recipient = /Recipient="([^"]*)"/.exec(xml)?.[1];
    const session = /RoleSessionName"[\s\S]*?<(?:\w+:)?AttributeValue[^>]*>([^<]*)</.exec(xml)?.[1];
    const subject = text('NameID') ?? 'saml';
    return {
      provider: String(PrincipalArn),
      subject: session ?? subject,
      context: {
        'saml:aud': recipient ?? text('Audience') ?? '',
        'saml:iss': text('Issuer') ?? '',
        'saml:sub': subject,
      },
      answer: { Subject: subject, Issuer: text('Issuer'), Audience: recipient ?? text('Audience') },
    };
  },
};

function claimsOf(token: string): ApiShape {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    throw invalid('The web identity token is not a JSON Web Token.');
  }
}
