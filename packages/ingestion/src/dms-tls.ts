import * as dms from 'aws-cdk-lib/aws-dms';
import type { Construct } from 'constructs';

/** The certificate of the authority that signed a database's certificate; nothing secret. */
export class DmsCertificate {
  /**
   * One or more certificates as text, for example the bundle of Amazon RDS of the region.
   *
   * @param pem `-----BEGIN CERTIFICATE----- …`
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
   */
  public static fromPem(pem: string): DmsCertificate {
    return new DmsCertificate({ certificatePem: pem }, undefined);
  }

  /**
   * An Oracle wallet (`cwallet.sso`) with the authority's certificate.
   *
   * @param base64 the wallet's bytes, in base64
   * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.Oracle.html#CHAP_Security.SSL.Oracle
   */
  public static fromOracleWallet(base64: string): DmsCertificate {
    return new DmsCertificate({ certificateWallet: base64 }, undefined);
  }

  /**
   * One that DMS has already.
   *
   * @param arn `arn:aws:dms:region:account:cert:id`
   */
  public static fromCertificateArn(arn: string): DmsCertificate {
    return new DmsCertificate({}, arn);
  }

  private constructor(
    private readonly content: { readonly certificatePem?: string; readonly certificateWallet?: string },
    private readonly arn: string | undefined,
  ) {}

  /** @internal */
  public _bind(scope: Construct): string {
    return this.arn ?? new dms.CfnCertificate(scope, 'Certificate', this.content).ref;
  }
}

/**
 * How the connection to a database is encrypted. There is no unencrypted form.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Security.SSL.html
 */
export class DmsTls {
  /** Encrypted; whose certificate it is isn't checked. Not with MySQL, MariaDB, Oracle, Db2 and SAP ASE. */
  public static encrypted(): DmsTls {
    return new DmsTls('require', undefined);
  }

  /**
   * Encrypted, and an authority has signed the server's certificate. Not with SQL Server, MongoDB, DocumentDB and SAP ASE.
   *
   * @param certificate the authority's
   */
  public static verifyAuthority(certificate: DmsCertificate): DmsTls {
    return new DmsTls('verify-ca', certificate);
  }

  /**
   * Encrypted, an authority has signed the server's certificate, and the host's name is in it. Not with Oracle and Db2.
   *
   * @param certificate the authority's
   */
  public static verifyFull(certificate: DmsCertificate): DmsTls {
    return new DmsTls('verify-full', certificate);
  }

  private constructor(
    /** `require`, `verify-ca` or `verify-full`: `SslMode` of DMS. */
    public readonly sslMode: string,
    /** @internal */
    public readonly _certificate: DmsCertificate | undefined,
  ) {}
}
