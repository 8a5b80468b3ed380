import { CodedError } from '#libs/contract/coded-error.js';
import { S3Secrets } from '#libs/contract/dataset.js';
import { withoutSecrets } from '#libs/contract/spec-secrets.js';
import { CdcTarget } from '#libs/contract/cdc-target.js';
import { decrypt, encrypt } from './secret.js';

/** Takes secrets out of targets before they are stored, and puts them back for who must connect. */
export class Vault {
  constructor(private readonly key: Buffer | undefined) {}

  /**
   * Target and specification as they may be seen; `secrets` is encrypted, null when there are none. Throws CodedError when
   * there is no key to encrypt with.
   */
  split<S>(wholeTarget: CdcTarget | null, whole: S): { target: CdcTarget | null; spec: S; secrets: string | null } {
    const { target, ...kept } = wholeTarget === null ? { target: null } : splitTarget(wholeTarget);
    const spec = withoutSecrets(whole);
    const secret = { ...kept, ...(spec !== whole && { spec: whole }) };
    if (Object.values(secret).every((each) => each === undefined)) return { target, spec, secrets: null };
    const path = spec === whole ? 'target.password' : 'spec.scaler.token';
    return { target, spec, secrets: this.seal(JSON.stringify(secret), path) };
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

  /** What was split, whole again. Throws CodedError when this process has no key. */
  join<S>(target: CdcTarget | null, open: S, secrets: string | null): { target: CdcTarget | null; spec: S } {
    if (secrets === null) return { target, spec: open };
    const { password, keyPem, sinkPassword, spec = open } = JSON.parse(this.unseal(secrets));
    if (target === null) return { target, spec };
    const whole = CdcTarget.parse({
      ...target,
      ...(password !== undefined && { password }),
      ...(target.sink && { sink: { ...target.sink, ...(sinkPassword !== undefined && { password: sinkPassword }) } }),
      ...(target.tls && { tls: { ...target.tls, ...(keyPem !== undefined && { keyPem }) } }),
    });
    return { target: whole, spec };
  }
}

function splitTarget({ password, tls, sink, ...rest }: CdcTarget) {
  const secret = { password, keyPem: tls?.keyPem, sinkPassword: sink?.password };
  const target: CdcTarget = {
    ...rest,
    ...(tls && { tls: secret.keyPem === undefined ? tls : { ...tls, keyPem: undefined } }),
    ...(sink && { sink: secret.sinkPassword === undefined ? sink : { ...sink, password: undefined } }),
  };
  return { target, ...secret };
}
