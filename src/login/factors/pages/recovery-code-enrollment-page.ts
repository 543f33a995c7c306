/** The page `/u/mfa-recovery-code-enrollment`. */

import { keepPendingSecret } from '../../../store/logins/factor-request-store.ts'
import { insertRecoveryCode } from '../../../store/users/code-store.ts'
import { EXPIRED, PageRefusal } from '../../http/failure.ts'
import { PAGE_SCRIPT } from '../../pages/page-files.ts'
import { recoveryCode } from '../kinds/recovery-code.ts'
import { createRecoveryCode, hashRecoveryCode, showRecoveryCode } from '../recovery-code.ts'
import { advance, type FactorPage, type FactorVisit } from './factor-visit.ts'
import { completeEnrollment, enroll, newMethod, noteShown } from './prove.ts'
import { formData, showPage } from './show-page.ts'

/** The code that this login offers, always the same: it is the user's when the user says that it is saved. */
const pendingCode = async ({ services, key, request }: FactorVisit): Promise<string> => {
  const { volatileDb, secretBox, random } = services
  const place = `factor_requests:${key.tenantId}:${key.transactionId}:recovery-code`
  const sealed =
    request.sealedRecoveryCode ??
    (await keepPendingSecret(
      volatileDb,
      request,
      'sealed_recovery_code',
      secretBox.seal(createRecoveryCode(random), place),
    ))
  if (sealed === undefined) throw new PageRefusal(EXPIRED)
  return secretBox.open(sealed, place)
}

/** A text file within an address: it is kept without a script, and without asking the server for the code again. */
const downloadOf = (code: string, of: { readonly service: string; readonly account: string }): string => {
  const text = `Recovery code of ${of.account} for ${of.service}\n\n${code}\n\nIt works once.\n`
  return `data:text/plain;charset=utf-8,${encodeURIComponent(text.toWellFormed())}`
}

export const recoveryCodeEnrollmentPage: FactorPage = {
  admits: stage =>
    stage.kind === 'recovery-code' || (stage.kind === 'enrollment' && stage.factors.includes('recovery-code')),

  async show(visit, problem) {
    const code = showRecoveryCode(await pendingCode(visit))
    await noteShown(visit, recoveryCode, 'enrollment')
    const download = downloadOf(code, { service: visit.exchange.tenant.name, account: visit.user.email })
    const data = { ...formData(visit, problem), recovery_code: code, download, script: PAGE_SCRIPT.path }
    showPage(visit, 'mfa-recovery-code-enrollment', data, problem)
  },

  async submit(visit, form) {
    if (form.get('saved') !== 'true') return this.show(visit, { error: 'Save the code first, then tick the box.' })
    const codeHash = hashRecoveryCode(await pendingCode(visit))
    if (codeHash === undefined) throw new TypeError('a recovery code that we made is none')
    const method = newMethod(visit, recoveryCode.methodType, recoveryCode.methodName)
    const outcome = await enroll(visit, recoveryCode, async db =>
      (await insertRecoveryCode(db, visit.key.tenantId, { ...method, codeHash })) ? 'created' : 'exists',
    )
    await (outcome === 'created' ? completeEnrollment(visit, recoveryCode, method) : advance(visit))
  },
}
