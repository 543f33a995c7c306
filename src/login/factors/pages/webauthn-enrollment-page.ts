/** The pages `/u/mfa-webauthn-roaming-enrollment` and `/u/mfa-webauthn-platform-enrollment`. */

import { enrollmentFailed } from '../factor-events.ts'
import type { FACTORS } from '../kinds/index.ts'
import { WEBAUTHN_SCRIPT } from '../webauthn-script.ts'
import { createCredential, creationJson } from './create-credential.ts'
import type { FactorPage } from './factor-visit.ts'
import { completeEnrollment, noteShown } from './prove.ts'
import { formData, otherPage, showPage } from './show-page.ts'
import { reportedError } from './webauthn-page.ts'

type WebauthnFactor = (typeof FACTORS)['webauthn-platform' | 'webauthn-roaming']

export const webauthnEnrollmentPage = (factor: WebauthnFactor): FactorPage => ({
  admits: stage => stage.kind === 'enrollment' && stage.factors.includes(factor.name),

  async show(visit, problem) {
    const options = creationJson(visit, factor.methodType)
    await noteShown(visit, factor, 'enrollment')
    const data = { factor: factor.name, other_page: otherPage(visit), script: WEBAUTHN_SCRIPT.path, options }
    showPage(visit, 'mfa-webauthn-enrollment', { ...formData(visit, problem), ...data }, problem)
  },

  async submit(visit, form) {
    const created = reportedError(form) ?? (await createCredential(visit, factor, form.get('response') ?? ''))
    if ('id' in created) return completeEnrollment(visit, factor, created)
    const { sentence, ...failure } = created
    await visit.services.log.record(enrollmentFailed(visit.eventContext, { type: factor.name }, failure))
    await this.show(visit, { error: sentence })
  },
})
