/** The page `/u/mfa-otp-enrollment-qr`. */

import { totpSecretPlace } from '../../../model/authentication-method.ts'
import { insertTotp } from '../../../store/users/code-store.ts'
import { otp } from '../kinds/otp.ts'
import { toQrCode } from '../qr-code.ts'
import { isTotpCode, matchTotp, totpUri } from '../totp.ts'
import { advance, type FactorPage } from './factor-visit.ts'
import { completeEnrollment, enroll, newMethod, noteShown } from './prove.ts'
import { formData, otherPage, showPage } from './show-page.ts'
import { pendingTotpSecret } from './totp-secret.ts'

const inFours = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ')

export const otpEnrollmentPage: FactorPage = {
  admits: stage => stage.kind === 'enrollment' && stage.factors.includes('otp'),

  async show(visit, problem) {
    const { exchange, user } = visit
    const secret = await pendingTotpSecret(visit)
    await noteShown(visit, otp, 'enrollment')
    const otpauth = totpUri(secret, { issuer: exchange.tenant.name, account: user.email })
    const { size, path } = toQrCode(otpauth)
    const data = { secret: inFours(secret), qr_size: size, qr_path: path, otpauth, other_page: otherPage(visit) }
    showPage(visit, 'mfa-otp-enrollment-qr', { ...formData(visit, problem), ...data }, problem)
  },

  async submit(visit, form) {
    const { services, key, eventContext } = visit
    const typed = form.get('code') ?? ''
    if (!isTotpCode(typed)) return this.show(visit, { error: 'Enter the six digits that your app shows.' })
    const secret = await pendingTotpSecret(visit)
    const step = matchTotp(secret, typed, eventContext.at)
    if (step === undefined) {
      return this.show(visit, { error: 'This code does not fit. Is the clock of your phone right?' })
    }
    const { secretBox } = services
    const method = newMethod(visit, otp.methodType, otp.methodName)
    const sealedSecret = secretBox.seal(secret, totpSecretPlace(key.tenantId, method.id))
    const totp = { ...method, sealedSecret, lastStep: step }
    const outcome = await enroll(visit, otp, async db =>
      (await insertTotp(db, key.tenantId, totp)) ? 'created' : 'exists',
    )
    // Another tab was faster: the one that it has set up has to be proved.
    await (outcome === 'created' ? completeEnrollment(visit, otp, method) : advance(visit))
  },
}
