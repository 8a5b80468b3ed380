import { CodedError } from '#libs/contract/coded-error.js';
import { S3Secrets } from '#libs/contract/dataset.js';
import { CdcTarget } from '#libs/contract/cdc-target.js';
import { decrypt, encrypt } from './secret.js';

/** Takes secrets out of targets before they are stored, and puts them back for who must connect. */
export class Vault {
  constructor(private readonly key: Buffer | undefined) {}

  /** `secrets` is encrypted; null when the target has none. Throws CodedError when there is no key to encrypt with. */
  split(whole: CdcTarget | null): { target: CdcTarget | null; secrets: string | null } {
    if (whole === null) return { target: null, secrets: null };
    const { password, tls, sink, ...rest } = whole;
    const open = {
      ...rest,
      ...(tls && { tls: { ...tls, keyPem: undefined } }),
      ...(sink && { sink: { ...sink, password: undefined } }),
    };
    const secret = { password, keyPem: tls?.keyPem, sinkPassword: sink?.password };
    if (Object.values(secret).every((value) => value === undefined))
      return { target: { ...rest, ...(tls && { tls }), ...(sink && { sink }) }, secrets: null };
    return { target: open, secrets: this.seal(JSON.stringify(secret), 'target.password') };
  }

  /** Any secret text, encrypted; `path` is where it was posted. Throws CodedError when there is no key to encrypt with. */
  seal(secret: string, path = 'secret'): string {
    if (this.key) return encrypt(secret, this.key);
    throw new CodedError(
      'VALIDATION_FAILED',
      'credentials cannot be stored without a key: set TIDEMARK_SECRET_KEY to 64 hexadecimal digits',
      [{ path, message: 'expected TIDEMARK_SECRET_KEY to be set on the server, found none' }],
    );
  }

  /** The S3 credentials that were sealed. Throws CodedError when this process has no key. */
  openS3(secrets: string): S3Secrets {
    return S3Secrets.parse(JSON.parse(this.unseal(secrets)));
  }

  /** What was sealed. Throws CodedError when this process has no key. */
  unseal(sealed: string): string {
    if (this.key) return decrypt(sealed, this.key);
    throw new CodedError('INTERNAL', 'this process has no TIDEMARK_SECRET_KEY and cannot read the stored credentials');
  }

  join(target: CdcTarget | null, secrets: string | null): CdcTarget | null {
    if (target === null || secrets === null) return target;
    const { password, keyPem, sinkPassword } = JSON.parse(this.unseal(secrets));
    return CdcTarget.parse({
      ...target,
      ...(password !== undefined && { password }),
      ...(target.sink && { sink: { ...target.sink, ...(sinkPassword !== undefined && { password: sinkPassword }) } }),
      ...(target.tls && { tls: { ...target.tls, ...(keyPem !== undefined && { keyPem }) } }),
    });
  }
}
