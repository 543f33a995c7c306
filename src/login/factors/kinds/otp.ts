/** The factor `otp`: codes of an authenticator app. */

import type { Factor } from './factor.ts'

export const otp = {
  name: 'otp',
  methodType: 'totp',
  label: 'Authenticator app',
  hint: 'A six-digit code from an app such as Google Authenticator.',
  methodName: 'Authenticator app',
  challengePath: '/u/mfa-otp-challenge',
  enrollmentPath: '/u/mfa-otp-enrollment-qr',
  isWebauthn: false,
  isFallback: false,
  amr: () => ['otp'],
} as const satisfies Factor
