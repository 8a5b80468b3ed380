import { describe, expect, it } from 'vitest';
import { answerChallenge, isProof } from './digest-md5.js';

const RFC_CHALLENGE = 'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8';
const CHRIS = { username: 'chris', password: 'secret' };

describe('DIGEST-MD5', () => {
  it('gives the answer and expects the proof of the example in RFC 2831, section 4', () => {
    const { token, proof } = answerChallenge(RFC_CHALLENGE, CHRIS, 'OA6MHXh6VqTrRk', 'imap/elwood.innosoft.com');
    expect(token.toString()).toBe(
      'charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",nc=00000001,' +
        'cnonce="OA6MHXh6VqTrRk",digest-uri="imap/elwood.innosoft.com",response=d388dad90d4bbd760a152321f2143af7,qop=auth',
    );
    expect(isProof(`rspauth=${proof}`, 'ea40f60335c427b5527b84dbabcdfffd')).toBe(true);
    expect(isProof('rspauth=ea40f60335c427b5527b84dbabcdfffe', proof)).toBe(false);
    expect(isProof('', proof)).toBe(false);
  });

  it('reads and writes quotes in names', () => {
    const { token } = answerChallenge('realm="a\\"b",nonce="n"', { ...CHRIS, username: 'x"y' }, 'c', 'u/h');
    expect(token.toString()).toContain('username="x\\"y",realm="a\\"b",nonce="n"');
  });

  it('says what it cannot meet', () => {
    expect(() => answerChallenge('realm="r"', CHRIS, 'c', 'u/h')).toThrow('without a nonce');
    expect(() => answerChallenge('nonce="n",qop="auth-conf"', CHRIS, 'c', 'u/h')).toThrow(
      "qop auth-conf, but only 'auth'",
    );
    expect(() => answerChallenge('nonce="n",algorithm=md5', CHRIS, 'c', 'u/h')).toThrow('only md5-sess');
  });
});
