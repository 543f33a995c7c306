/** The factor `webauthn-platform`: fingerprint, face or screen lock of the device in hand. */

import { type Factor, keyAmr } from './factor.ts'

export const webauthnPlatform = {
  name: 'webauthn-platform',
  methodType: 'webauthn-platform',
  label: 'Fingerprint, face or screen lock',
  hint: 'The way you unlock this device.',
  methodName: 'This device',
  challengePath: '/u/mfa-webauthn-platform-challenge',
  enrollmentPath: '/u/mfa-webauthn-platform-enrollment',
  isWebauthn: true,
  isFallback: false,
  amr: keyAmr,
} as const satisfies Factor
