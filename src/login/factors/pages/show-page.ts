/** Sends a page of second factors or passkeys. */

import { sendPage } from '../../http/reply.ts'
import type { FactorPageData } from '../../pages/factor-page-data.ts'
import { type PageData, renderPage } from '../../pages/pages.ts'
import { startOverAddress } from '../../pages/start-over.ts'
import { ENROLL_OPTIONS_PATH, LOGIN_OPTIONS_PATH } from '../factor-stage.ts'
import { type FactorVisit, type PageProblem, pageAddress } from './factor-visit.ts'

/** Whose login it is. */
export const personData = ({
  user,
  interaction,
}: Pick<FactorVisit, 'user' | 'interaction'>): { account: string; start_over: string } => ({
  account: user.email,
  start_over: startOverAddress(interaction.transaction.params),
})

/** What every form is given. */
export const formData = (visit: FactorVisit, problem: PageProblem | undefined) => ({
  ...personData(visit),
  action: pageAddress(visit, visit.exchange.url.pathname),
  state: visit.interaction.id,
  error: problem?.error,
})

/** The list of alternatives; undefined when there are none. */
export const otherPage = (visit: FactorVisit): string | undefined => {
  const { stage } = visit
  if ((stage.kind !== 'challenge' && stage.kind !== 'enrollment') || stage.factors.length < 2) return undefined
  return pageAddress(visit, stage.kind === 'challenge' ? LOGIN_OPTIONS_PATH : ENROLL_OPTIONS_PATH)
}

export const showPage = <Name extends keyof FactorPageData>(
  { exchange, interaction }: FactorVisit,
  name: Name,
  data: PageData[Name],
  problem?: PageProblem,
): void => {
  const html = renderPage(name, exchange.tenant.name, data)
  sendPage(exchange.response, problem ? (problem.status ?? 400) : 200, html, {
    redirectUri: interaction.transaction.params.redirect_uri,
    scripts: 'script' in data ? 'own' : 'none',
    retryAfter: problem?.retryAfter,
  })
}
