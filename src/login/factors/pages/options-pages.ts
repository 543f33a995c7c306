/** The lists `/u/mfa-login-options` and `/u/mfa-begin-enroll-options`. */

import { factorOf } from '../kinds/index.ts'
import { advance, type FactorPage, pageAddress } from './factor-visit.ts'
import { personData, showPage } from './show-page.ts'

/** Nothing is submitted here: each choice is a link. */
const submit: FactorPage['submit'] = visit => advance(visit)

export const loginOptionsPage: FactorPage = {
  admits: ({ kind }) => kind === 'challenge',
  submit,
  async show(visit) {
    if (visit.stage.kind !== 'challenge') throw new TypeError('the list of challenges is shown in another stage')
    const choices = visit.stage.factors.map(factorOf).map(({ label, hint, challengePath }) => ({
      label,
      hint,
      page: pageAddress(visit, challengePath),
    }))
    showPage(visit, 'mfa-login-options', { ...personData(visit), choices })
  },
}

export const enrollOptionsPage: FactorPage = {
  admits: ({ kind }) => kind === 'enrollment',
  submit,
  async show(visit) {
    if (visit.stage.kind !== 'enrollment') throw new TypeError('the list of enrollments is shown in another stage')
    const choices = visit.stage.factors.map(factorOf).map(({ label, hint, enrollmentPath }) => ({
      label,
      hint,
      page: pageAddress(visit, enrollmentPath),
    }))
    showPage(visit, 'mfa-begin-enroll-options', { ...personData(visit), choices })
  },
}
