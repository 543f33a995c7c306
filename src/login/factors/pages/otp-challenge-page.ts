/** The page `/u/mfa-otp-challenge`. */

import { totpSecretPlace } from '../../../model/authentication-method.ts'
import { useForRequest } from '../../../store/logins/factor-use.ts'
import { findTotp, useTotpStep } from '../../../store/users/code-store.ts'
import { sendRedirect } from '../../http/reply.ts'
import { LOGIN_OPTIONS_PATH } from '../factor-stage.ts'
import { otp } from '../kinds/otp.ts'
import { isTotpCode, matchTotp } from '../totp.ts'
import { type FactorPage, type FactorVisit, pageAddress } from './factor-visit.ts'
import { checkCode } from './guessing.ts'
import { completeChallenge, noteShown } from './prove.ts'
import { formData, otherPage, showPage } from './show-page.ts'

const useCode = async ({ services, key, request, user, eventContext }: FactorVisit, typed: string) => {
  const { db, secretBox } = services
  const totp = await findTotp(db, key.tenantId, user.userId)
  if (!totp) return undefined
  const secret = secretBox.open(totp.sealedSecret, totpSecretPlace(key.tenantId, totp.id))
  const step = matchTotp(secret, typed, eventContext.at)
  if (step === undefined) return undefined
  const own = { userId: user.userId, methodId: totp.id }
  const use = { step, at: new Date(eventContext.at) }
  return useForRequest(db, request, `used ${totp.id} ${step}`, async transaction =>
    (await useTotpStep(transaction, key.tenantId, own, use)) ? totp : undefined,
  )
}

export const otpChallengePage: FactorPage = {
  admits: stage => stage.kind === 'challenge' && stage.factors.includes('otp'),

  async show(visit, problem) {
    await noteShown(visit, otp, 'challenge')
    const data = { other_page: otherPage(visit), can_remember: visit.request.allowsRememberedBrowser }
    showPage(visit, 'mfa-otp-challenge', { ...formData(visit, problem), ...data }, problem)
  },

  async submit(visit, form) {
    if (form.get('action') === 'pick-authenticator') {
      return sendRedirect(visit.exchange.response, pageAddress(visit, LOGIN_OPTIONS_PATH))
    }
    const typed = form.get('code') ?? ''
    if (!isTotpCode(typed)) return this.show(visit, { error: 'Enter the six digits that your app shows.' })
    const checked = await checkCode(visit, otp, () => useCode(visit, typed))
    await ('problem' in checked
      ? this.show(visit, checked.problem)
      : completeChallenge(visit, otp, checked.method, form))
  },
}
