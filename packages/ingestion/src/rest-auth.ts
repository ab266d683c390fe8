import { LakeError } from '@lakewright/core';
import { Token } from 'aws-cdk-lib';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { AuthConfiguration } from './private/extraction-configuration';

/** How a token is had by OAuth 2.0 client credentials. */
export interface OAuth2ClientCredentialsOptions {
  /** Where tokens are had: an `https` URL. */
  readonly tokenUrl: string;

  /** A secret whose JSON has the id and the secret of the client. */
  readonly secret: secretsmanager.ISecret;

  /**
   * The secret's field with the client's id.
   * @default "client_id"
   */
  readonly clientIdField?: string;

  /**
   * The secret's field with the client's secret.
   * @default "client_secret"
   */
  readonly clientSecretField?: string;

  /**
   * What the token is for.
   * @default the scopes that the server gives on its own
   */
  readonly scopes?: string[];

  /**
   * Sent as `audience`, which some servers want.
   * @default not sent
   */
  readonly audience?: string;
}

/**
 * How an extraction proves who it is.
 *
 * What proves it stands in a secret, which the function reads when it runs: it is in no template, variable or log.
 */
export class RestAuth {
  /**
   * `Authorization: Bearer …`
   *
   * @param secret the token
   * @param field where it stands, if the secret is JSON; the whole secret if left out
   */
  public static bearer(secret: secretsmanager.ISecret, field?: string): RestAuth {
    return new RestAuth(secret, { kind: 'bearer', secret: secret.secretArn, field });
  }

  /**
   * `Authorization: Basic …`
   *
   * @param secret JSON with `username` and `password`, as `secretsmanager.DatabaseSecret` and the console make it
   */
  public static basic(secret: secretsmanager.ISecret): RestAuth {
    return new RestAuth(secret, { kind: 'basic', secret: secret.secretArn });
  }

  /**
   * A header of the API's own, `X-Api-Key`.
   *
   * @param name the header
   * @param secret its value
   * @param field where it stands, if the secret is JSON; the whole secret if left out
   */
  public static header(name: string, secret: secretsmanager.ISecret, field?: string): RestAuth {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      throw new Error(
        LakeError.message('InvalidRestAuth', `header "${name}"`, 'a name as HTTP has it', 'write it like "X-Api-Key"'),
      );
    }
    return new RestAuth(secret, { kind: 'header', name, secret: secret.secretArn, field });
  }

  /**
   * A query parameter, `api_key`. Servers write URLs into their logs: prefer a header where the API takes one.
   *
   * @param name the parameter
   * @param secret its value
   * @param field where it stands, if the secret is JSON; the whole secret if left out
   */
  public static query(name: string, secret: secretsmanager.ISecret, field?: string): RestAuth {
    return new RestAuth(secret, { kind: 'query', name, secret: secret.secretArn, field });
  }

  /**
   * A token that a server gives for the id and the secret of a client; had anew when the API refuses it.
   *
   * @param options the server and the client
   * @throws `InvalidRestAuth` for a URL without TLS
   * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.4
   */
  public static oauth2ClientCredentials(options: OAuth2ClientCredentialsOptions): RestAuth {
    const { tokenUrl, secret } = options;
    if (!Token.isUnresolved(tokenUrl) && !/^https:\/\/[^/]/.test(tokenUrl)) {
      throw new Error(
        LakeError.message(
          'InvalidRestAuth',
          `tokenUrl "${tokenUrl}"`,
          'a URL that begins with "https://"',
          "the client's secret goes there: use the server's address with TLS",
        ),
      );
    }
    return new RestAuth(secret, {
      kind: 'oauth2',
      secret: secret.secretArn,
      tokenUrl,
      idField: options.clientIdField ?? 'client_id',
      secretField: options.clientSecretField ?? 'client_secret',
      scope: options.scopes?.join(' '),
      audience: options.audience,
    });
  }

  private constructor(
    /** What the function reads when it runs. */
    public readonly secret: secretsmanager.ISecret,
    /** @internal */
    public readonly _configuration: AuthConfiguration,
  ) {}
}
