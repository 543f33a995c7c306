/** Log events: second factors that were asked for, proved, refused, set up and removed. */

import { defineEvents } from './define-events.ts'
import { AUTHENTICATOR, CLIENT, CONNECTION, EXAMPLE_REQUEST, inDetails, TRANSACTION, USER } from './fields.ts'

const { ip, user_agent } = EXAMPLE_REQUEST

/** What each of these events may have. */
const OF_A_FACTOR = [CLIENT, USER, CONNECTION, TRANSACTION, AUTHENTICATOR] as const

export const FACTOR_EVENTS = defineEvents({
  gd_start_auth: {
    category: 'other',
    description: 'Second factor authentication started',
    doc: 'A page asked for a second factor; written once for each factor that a login shows.',
    required: ['user_id', 'ip'],
    optional: OF_A_FACTOR,
    shows: [CLIENT, USER, TRANSACTION, AUTHENTICATOR],
  },
  gd_auth_succeed: {
    category: 'other',
    description: 'Second factor authentication succeeded',
    doc: 'A second factor was proved.',
    required: ['user_id', 'ip', inDetails('authenticator')],
    optional: OF_A_FACTOR,
    shows: [CLIENT, USER, TRANSACTION, AUTHENTICATOR],
    example: { remember_browser: false },
  },
  gd_auth_failed: {
    category: 'other',
    description: 'Second factor authentication failed',
    doc: 'A code of a second factor was wrong or had been used before.',
    isRefusal: true,
    required: ['user_id', 'ip', inDetails('authenticator', 'failure_details')],
    optional: OF_A_FACTOR,
    shows: [CLIENT, USER, TRANSACTION, AUTHENTICATOR],
    example: {
      request: { ip, method: 'POST', path: '/u/mfa-otp-challenge', userAgent: user_agent },
      failure_details: { errorCode: 'invalid_code', message: 'The code is wrong.' },
    },
  },
  gd_otp_rate_limit_exceed: {
    category: 'other',
    description: 'Too many wrong codes',
    doc: 'A user entered too many wrong codes in a row; no code is taken until the pause is over.',
    isRefusal: true,
    required: ['user_id', 'ip', inDetails('authenticator')],
    optional: OF_A_FACTOR,
    shows: [CLIENT, USER, TRANSACTION, AUTHENTICATOR],
    example: {
      failure_details: {
        errorCode: 'too_many_attempts',
        message: 'No codes are taken until 2026-11-21T10:00:12.345Z.',
      },
    },
  },
  gd_recovery_succeed: {
    category: 'other',
    description: 'Recovery code accepted',
    doc: 'A recovery code was used instead of another second factor.',
    required: ['user_id', 'ip', inDetails('authenticator')],
    optional: OF_A_FACTOR,
    shows: [CLIENT, USER, TRANSACTION],
    example: { authenticator: { id: 'recovery-code|dev_9dRk3YwQmT7xLcV2hPzB5n', type: 'recovery-code' } },
  },
  gd_recovery_failed: {
    category: 'other',
    description: 'Recovery code refused',
    doc: 'A recovery code was wrong.',
    isRefusal: true,
    required: ['user_id', 'ip', inDetails('authenticator', 'failure_details')],
    optional: OF_A_FACTOR,
    shows: [CLIENT, USER, TRANSACTION],
    example: {
      authenticator: { id: null, type: 'recovery-code' },
      failure_details: { errorCode: 'invalid_code', message: 'The code is wrong.' },
    },
  },
  gd_start_enroll: {
    category: 'user.notification',
    description: 'Authenticator enrollment started',
    doc: 'A page offered a user to set up a second factor or a passkey; written once for each factor that a login shows.',
    required: ['user_id', 'ip', inDetails('authenticator')],
    optional: OF_A_FACTOR,
    shows: [CLIENT, USER, TRANSACTION],
    example: {
      authenticator: { id: null, type: 'passkey' },
      request: { query: { experiment_id: 'exp_uMP2ccYnKbSXPPNF8q1jsh', variation_id: 'var_7Qr1sL6kMmWy9vBjPt4hEZ' } },
    },
  },
  gd_enrollment_complete: {
    category: 'user.notification',
    description: 'Authenticator enrolled',
    doc: 'A user set up a second factor or a passkey. `details.request.query` holds the ids with which an Action sent the browser to the enrollment page.',
    required: ['user_id', 'ip', inDetails('authenticator')],
    optional: OF_A_FACTOR,
    shows: [CLIENT, USER, TRANSACTION],
    example: {
      authenticator: { id: 'passkey|dev_4fNs8QwErT6yUiP1aSdG2h', type: 'passkey' },
      enrollment: {
        _id: 'passkey|dev_4fNs8QwErT6yUiP1aSdG2h',
        name: 'Passkey',
        tenant: 'dev',
        user_id: 'auth0|65f1c0ffee0ddba11cafe001',
      },
      request: { query: { experiment_id: 'exp_uMP2ccYnKbSXPPNF8q1jsh', variation_id: 'var_7Qr1sL6kMmWy9vBjPt4hEZ' } },
    },
  },
  gd_unenroll: {
    category: 'user.notification',
    description: 'Authenticator removed',
    doc: 'An authenticator was taken from a user.',
    required: ['user_id', 'ip', inDetails('authenticator')],
    optional: OF_A_FACTOR,
    shows: [CLIENT, USER, TRANSACTION, AUTHENTICATOR],
    example: {
      enrollment: {
        _id: 'totp|dev_6gTq2ZpXvR8sKcW4nYbH1m',
        name: 'One-time password',
        tenant: 'dev',
        user_id: 'auth0|65f1c0ffee0ddba11cafe001',
      },
    },
  },
})
