/** The page `/u/mfa-recovery-code-challenge`. */

import { useForRequest } from '../../../store/logins/factor-use.ts'
import { consumeRecoveryCode } from '../../../store/users/code-store.ts'
import { recoveryCode } from '../kinds/recovery-code.ts'
import { hashRecoveryCode } from '../recovery-code.ts'
import type { FactorPage } from './factor-visit.ts'
import { checkCode } from './guessing.ts'
import { completeChallenge, noteShown } from './prove.ts'
import { formData, otherPage, showPage } from './show-page.ts'

export const recoveryCodeChallengePage: FactorPage = {
  admits: stage => stage.kind === 'challenge' && stage.factors.includes('recovery-code'),

  async show(visit, problem) {
    await noteShown(visit, recoveryCode, 'challenge')
    const data = { ...formData(visit, problem), other_page: otherPage(visit) }
    showPage(visit, 'mfa-recovery-code-challenge', data, problem)
  },

  async submit(visit, form) {
    const { services, key, request, user } = visit
    const hash = hashRecoveryCode(form.get('code') ?? '')
    if (hash === undefined) return this.show(visit, { error: 'A recovery code has 24 letters and digits.' })
    const checked = await checkCode(visit, recoveryCode, () =>
      useForRequest(services.db, request, `used ${hash}`, async transaction => {
        const id = await consumeRecoveryCode(transaction, key.tenantId, user.userId, hash)
        return id === undefined ? undefined : { id }
      }),
    )
    await ('problem' in checked
      ? this.show(visit, checked.problem)
      : completeChallenge(visit, recoveryCode, checked.method, form))
  },
}
