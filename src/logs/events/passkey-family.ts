/** Log events: passkeys and security keys. */

import { defineEvents } from './define-events.ts'
import { AUTHENTICATOR, CLIENT, CONNECTION, inDetails, TRANSACTION, USER } from './fields.ts'

export const PASSKEY_EVENTS = defineEvents({
  gd_webauthn_challenge_failed: {
    category: 'other',
    description: 'WebAuthn challenge failed',
    doc: 'A security key or a device did not prove the second factor: the person cancelled, or the answer did not verify.',
    isRefusal: true,
    required: ['user_id', 'ip', inDetails('authenticator', 'failure_details')],
    optional: [CLIENT, USER, CONNECTION, TRANSACTION, AUTHENTICATOR],
    shows: [CLIENT, USER, TRANSACTION],
    example: {
      authenticator: { id: null, type: 'webauthn-roaming' },
      failure_details: { errorCode: 'NotAllowedError', message: 'The browser reported NotAllowedError.' },
    },
  },
  gd_webauthn_enrollment_failed: {
    category: 'other',
    description: 'WebAuthn enrollment failed',
    doc: 'A security key, a device or a passkey could not be set up: the person cancelled, or the answer did not verify.',
    isRefusal: true,
    required: ['user_id', 'ip', inDetails('authenticator', 'failure_details')],
    optional: [CLIENT, USER, CONNECTION, TRANSACTION, AUTHENTICATOR],
    optionalDetails: ['authentication_methods'],
    shows: [CLIENT, USER, TRANSACTION],
    example: {
      authenticator: { id: null, type: 'passkey' },
      authentication_methods: ['passkey'],
      failure_details: { errorCode: 'NotAllowedError', message: 'The browser reported NotAllowedError.' },
    },
  },
  passkey_enrollment_declined: {
    category: 'user.notification',
    description: 'Passkey enrollment declined',
    doc: 'A user was offered a passkey and said no: `not_now` is asked again after 30 days, `never` is not. Auth0 logs nothing here; without it, a prompt that is declined cannot be told from one that was never shown.',
    required: ['user_id', 'ip', inDetails('authenticator', 'choice')],
    optional: [CLIENT, USER, CONNECTION, TRANSACTION, AUTHENTICATOR],
    shows: [CLIENT, USER, TRANSACTION],
    example: {
      authenticator: { id: null, type: 'passkey' },
      choice: 'not_now',
      request: { query: { experiment_id: 'exp_uMP2ccYnKbSXPPNF8q1jsh', variation_id: 'var_7Qr1sL6kMmWy9vBjPt4hEZ' } },
    },
  },
})
