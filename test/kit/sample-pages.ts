/** Every hosted page with data that is hard on its layout: long names and addresses, everything that can be there. */

import { toQrCode } from '../../src/login/factors/qr-code.ts'
import { totpUri } from '../../src/login/factors/totp.ts'
import { WEBAUTHN_SCRIPT } from '../../src/login/factors/webauthn-script.ts'
import { PAGE_SCRIPT } from '../../src/login/pages/page-files.ts'
import type { PageData, PageName } from '../../src/login/pages/pages.ts'

/** As long as an address on a small screen has no business to be. */
const ACCOUNT = 'augusta.ada.king.countess.of.lovelace@analytical-engine.example.com'

export const SERVICE = 'Lovelace & Babbage Analytical Engines'

const CLIENT = 'Difference-and-Analytical-Engine-Reservations'

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const RECOVERY_CODE = 'ABCD-EFGH-JKLM-NPQR-STUV-WXYZ'

const state = 'x'.repeat(43)
const startOver = `/authorize?${new URLSearchParams({ client_id: 'c', state, prompt: 'login' })}`

const next = { href: '#', label: `Back to ${CLIENT}` }
const person = { account: ACCOUNT, start_over: startOver }
const otpauth = totpUri(SECRET, { issuer: SERVICE, account: ACCOUNT })
const code = toQrCode(otpauth)

/** @param error shown by each page that can show one */
export const samplePages = (error?: string): PageData => {
  const form = { ...person, action: '#', state, error }
  const challenge = { ...form, other_page: '#', can_remember: true }
  const scripted = { script: WEBAUTHN_SCRIPT.path, options: '{"challenge":"AAAA"}' }
  const entry = { action: '#', state, client_name: CLIENT, email: error ? ACCOUNT : '', script: PAGE_SCRIPT.path }
  const choice = { label: 'Security key', hint: 'A key that you plug in or hold to your phone', page: '#' }
  const choices = [choice, { ...choice, label: 'Authenticator app', hint: 'Six digits that change' }]
  return {
    login: {
      ...entry,
      error,
      invalid: error !== undefined,
      focus: { username: true },
      described_by: error && 'problem',
      other_page: '#',
      passkey: { ...scripted, button: true, autofill: 'off' },
    },
    signup: {
      ...entry,
      error: undefined,
      email_problem: error,
      password_problem: error,
      focus: { email: true },
      described_by: error ? 'password-problem hint' : 'hint',
      other_page: '#',
    },
    error: { message: error ?? 'Go back to the application and log in again.', code: 'invalid_request', next },
    notice: { message: 'The login goes on with the first. Continue to see where it is.', next, otherwise: next },
    callback: {
      ...person,
      client_name: CLIENT,
      variations: [
        { name: 'treatment', variation_id: 'var_1fYbQmT4iCqVxkVxZnE4tZ', experiment_id: 'exp_2v9DzNqW1cY7Qx3VbLk8mT' },
      ],
      events: [{ type: 's', description: 'Successful login', id: `900${'1'.repeat(53)}` }],
      claims: JSON.stringify({ sub: 'auth0|6fd1c2', email: ACCOUNT, amr: ['pwd'] }, null, 2),
      log_out: '#',
    },
    'callback-error': {
      message: 'The application was told this:',
      code: error && 'access_denied',
      description: error,
    },
    logout: { fields: [], account: ACCOUNT },
    'logged-out': { next },
    welcome: { client_name: CLIENT, login: startOver },
    'mfa-otp-challenge': challenge,
    'mfa-otp-enrollment-qr': {
      ...form,
      other_page: '#',
      secret: SECRET.replace(/(.{4})(?=.)/g, '$1 '),
      qr_size: code.size,
      qr_path: code.path,
      otpauth,
    },
    'mfa-recovery-code-challenge': challenge,
    'mfa-recovery-code-enrollment': {
      ...form,
      recovery_code: RECOVERY_CODE,
      download: `data:text/plain,${RECOVERY_CODE}`,
      script: PAGE_SCRIPT.path,
    },
    'mfa-webauthn-challenge': { ...challenge, ...scripted, factor: 'webauthn-roaming' },
    'mfa-webauthn-enrollment': { ...form, ...scripted, other_page: '#', factor: 'webauthn-platform' },
    'mfa-login-options': { ...person, choices },
    'mfa-begin-enroll-options': { ...person, choices },
    'passkey-enrollment': { ...form, ...scripted },
  }
}

export const pageNames = (): readonly PageName[] => Object.keys(samplePages()) as PageName[] // keys of the table
