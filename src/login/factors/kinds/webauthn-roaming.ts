/** The factor `webauthn-roaming`: a security key that is plugged in or held against a device. */

import { type Factor, keyAmr } from './factor.ts'

export const webauthnRoaming = {
  name: 'webauthn-roaming',
  methodType: 'webauthn-roaming',
  label: 'Security key',
  hint: 'A key that you plug in or hold against your device.',
  methodName: 'Security key',
  challengePath: '/u/mfa-webauthn-roaming-challenge',
  enrollmentPath: '/u/mfa-webauthn-roaming-enrollment',
  isWebauthn: true,
  isFallback: false,
  amr: keyAmr,
} as const satisfies Factor
