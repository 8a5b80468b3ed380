import { CodedError } from '#libs/contract/coded-error.js';
import { Target } from '#libs/contract/target.js';
import { decrypt, encrypt } from './secret.js';

/** Takes secrets out of targets before they are stored, and puts them back for who must connect. */
export class Vault {
  constructor(private readonly key: Buffer | undefined) {}

  /** `secrets` is encrypted; null when the target has none. Throws CodedError when there is no key to encrypt with. */
  split(whole: Target | null): { target: Target | null; secrets: string | null } {
    if (whole === null) return { target: null, secrets: null };
    const { password, tls, ...rest } = whole;
    const open = { ...rest, ...(tls && { tls: { ...tls, keyPem: undefined } }) };
    const secret = { password, keyPem: tls?.keyPem };
    if (secret.password === undefined && secret.keyPem === undefined)
      return { target: { ...rest, ...(tls && { tls }) }, secrets: null };
    if (!this.key) {
      throw new CodedError(
        'VALIDATION_FAILED',
        'credentials cannot be stored without a key: set TIDEMARK_SECRET_KEY to 64 hexadecimal digits',
        [{ path: 'target.password', message: 'expected TIDEMARK_SECRET_KEY to be set on the server, found none' }],
      );
    }
    return { target: open, secrets: encrypt(JSON.stringify(secret), this.key) };
  }

  /** Any secret text, encrypted. Throws CodedError when there is no key to encrypt with. */
  seal(secret: string): string {
    if (this.key) return encrypt(secret, this.key);
    throw new CodedError(
      'VALIDATION_FAILED',
      'secrets cannot be stored without a key: set TIDEMARK_SECRET_KEY to 64 hexadecimal digits',
      [{ path: 'secret', message: 'expected TIDEMARK_SECRET_KEY to be set on the server, found none' }],
    );
  }

  /** What was sealed. */
  unseal(sealed: string): string {
    if (this.key) return decrypt(sealed, this.key);
    throw new CodedError('INTERNAL', 'this process has no TIDEMARK_SECRET_KEY and cannot read the stored secrets');
  }

  join(target: Target | null, secrets: string | null): Target | null {
    if (target === null || secrets === null) return target;
    if (!this.key)
      throw new CodedError(
        'INTERNAL',
        'this process has no TIDEMARK_SECRET_KEY and cannot read the stored credentials',
      );
    const { password, keyPem } = JSON.parse(decrypt(secrets, this.key));
    return Target.parse({
      ...target,
      ...(password !== undefined && { password }),
      ...(target.tls && { tls: { ...target.tls, ...(keyPem !== undefined && { keyPem }) } }),
    });
  }
}
