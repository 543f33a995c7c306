/** The table of the pages of second factors and passkeys, and of the script that some of them load. */

import { sendFile } from '../http/reply.ts'
import type { HostedPage } from '../pages/hosted-page.ts'
import type { Exchange } from '../transaction/exchange.ts'
import type { FactorServices } from './factor-services.ts'
import { ENROLL_OPTIONS_PATH, LOGIN_OPTIONS_PATH, PASSKEY_PATH } from './factor-stage.ts'
import { FACTORS } from './kinds/index.ts'
import { type FactorPage, toHostedPage } from './pages/factor-visit.ts'
import { enrollOptionsPage, loginOptionsPage } from './pages/options-pages.ts'
import { otpChallengePage } from './pages/otp-challenge-page.ts'
import { otpEnrollmentPage } from './pages/otp-enrollment-page.ts'
import { passkeyEnrollmentPage } from './pages/passkey-enrollment-page.ts'
import { recoveryCodeChallengePage } from './pages/recovery-code-challenge-page.ts'
import { recoveryCodeEnrollmentPage } from './pages/recovery-code-enrollment-page.ts'
import { webauthnChallengePage } from './pages/webauthn-challenge-page.ts'
import { webauthnEnrollmentPage } from './pages/webauthn-enrollment-page.ts'
import { WEBAUTHN_SCRIPT } from './webauthn-script.ts'

const { otp, 'webauthn-platform': platform, 'webauthn-roaming': roaming, 'recovery-code': recoveryCode } = FACTORS

/** Pages by path. */
export const FACTOR_PAGES: Readonly<Record<string, FactorPage>> = {
  [LOGIN_OPTIONS_PATH]: loginOptionsPage,
  [ENROLL_OPTIONS_PATH]: enrollOptionsPage,
  [otp.challengePath]: otpChallengePage,
  [otp.enrollmentPath]: otpEnrollmentPage,
  [platform.challengePath]: webauthnChallengePage(platform),
  [platform.enrollmentPath]: webauthnEnrollmentPage(platform),
  [roaming.challengePath]: webauthnChallengePage(roaming),
  [roaming.enrollmentPath]: webauthnEnrollmentPage(roaming),
  [recoveryCode.challengePath]: recoveryCodeChallengePage,
  [recoveryCode.enrollmentPath]: recoveryCodeEnrollmentPage,
  [PASSKEY_PATH]: passkeyEnrollmentPage,
}

export const createFactorPages = (services: FactorServices): Readonly<Record<string, HostedPage>> =>
  Object.fromEntries(Object.entries(FACTOR_PAGES).map(([path, page]) => [path, toHostedPage(services, page)]))

/** Serves the script under its fingerprinted address; browsers keep it, since its content never changes there. */
export const serveWebauthnScript = async ({ response }: Pick<Exchange, 'response'>): Promise<void> =>
  sendFile(response, 'text/javascript; charset=utf-8', WEBAUTHN_SCRIPT.body)
