/** The factor `recovery-code`: a code on paper, for when nothing else is at hand. */

import type { Factor } from './factor.ts'

export const recoveryCode = {
  name: 'recovery-code',
  methodType: 'recovery-code',
  label: 'Recovery code',
  hint: 'The code that you wrote down when you set up your second factor.',
  methodName: 'Recovery code',
  challengePath: '/u/mfa-recovery-code-challenge',
  enrollmentPath: '/u/mfa-recovery-code-enrollment',
  isWebauthn: false,
  isFallback: true,
  amr: () => [],
} as const satisfies Factor
