/** The pages `/u/mfa-webauthn-roaming-challenge` and `/u/mfa-webauthn-platform-challenge`. */

import { findCredential, type StoredCredential, useCredential } from '../../../store/users/credential-store.ts'
import { sendRedirect } from '../../http/reply.ts'
import { requestOptions } from '../ceremony.ts'
import { challengeFailed } from '../factor-events.ts'
import { LOGIN_OPTIONS_PATH } from '../factor-stage.ts'
import type { FACTORS } from '../kinds/index.ts'
import { type Refused, verifyUse } from '../webauthn-answer.ts'
import { WEBAUTHN_SCRIPT } from '../webauthn-script.ts'
import { type FactorPage, type FactorVisit, pageAddress } from './factor-visit.ts'
import { completeChallenge, noteShown } from './prove.ts'
import { formData, otherPage, showPage } from './show-page.ts'
import { bindingOf, pageChallenge, refusal, reportedError, requireRelyingParty, takeAnswer } from './webauthn-page.ts'

type WebauthnFactor = (typeof FACTORS)['webauthn-platform' | 'webauthn-roaming']

const proveWith = async (
  visit: FactorVisit,
  { methodType }: WebauthnFactor,
  field: string,
): Promise<({ readonly kind: 'proved' } & StoredCredential) | Refused> => {
  const { services, key, user, eventContext } = visit
  const answer = await takeAnswer(visit, field, bindingOf(visit, 'get', methodType))
  if (answer.kind === 'refused') return answer
  const stored = await findCredential(services.db, key.tenantId, answer.credentialId)
  if (stored?.userId !== user.userId || stored.type !== methodType) {
    return { kind: 'refused', reason: 'The credential is not one of the user’s.' }
  }
  const used = await verifyUse(stored, answer, requireRelyingParty(visit))
  if (used.kind === 'refused') return used
  const use = { ...used, at: new Date(eventContext.at) }
  return (await useCredential(services.db, key.tenantId, stored, use))
    ? { kind: 'proved', ...stored }
    : { kind: 'refused', reason: 'The counter of the credential has not grown.' }
}

export const webauthnChallengePage = (factor: WebauthnFactor): FactorPage => ({
  admits: stage => stage.kind === 'challenge' && stage.factors.includes(factor.name),

  async show(visit, problem) {
    const challenge = pageChallenge(visit, bindingOf(visit, 'get', factor.methodType))
    const party = requireRelyingParty(visit)
    const options = requestOptions(factor.methodType, { party, methods: visit.methods, challenge })
    await noteShown(visit, factor, 'challenge')
    const data = {
      factor: factor.name,
      other_page: otherPage(visit),
      can_remember: visit.request.allowsRememberedBrowser,
      script: WEBAUTHN_SCRIPT.path,
      options: JSON.stringify(options),
    }
    showPage(visit, 'mfa-webauthn-challenge', { ...formData(visit, problem), ...data }, problem)
  },

  async submit(visit, form) {
    if (form.get('action') === 'pick-authenticator') {
      return sendRedirect(visit.exchange.response, pageAddress(visit, LOGIN_OPTIONS_PATH))
    }
    const reported = reportedError(form)
    const proof = reported ?? (await proveWith(visit, factor, form.get('response') ?? ''))
    if ('methodId' in proof) {
      return completeChallenge(visit, factor, { id: proof.methodId, credential: proof.credential }, form)
    }
    const { sentence, ...failure } = 'sentence' in proof ? proof : refusal(proof)
    await visit.services.log.record(challengeFailed(visit.eventContext, { type: factor.name }, failure))
    await this.show(visit, { error: sentence })
  },
})
