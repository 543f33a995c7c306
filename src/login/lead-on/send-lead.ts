/** Sends where `leadOn` leads. */

import { sendPage, sendRedirect } from '../http/reply.ts'
import type { Exchange } from '../transaction/exchange.ts'
import { type LeadOnServices, leadOn } from './lead-on.ts'
import type { LoginWentOn } from './login-went-on.ts'

/** The answer to a request that a login has gone on without; what was set for another answer is taken back. */
export const sendLead = async (went: LoginWentOn, exchange: Exchange, services: LeadOnServices): Promise<void> => {
  const lead = await leadOn(went, exchange, services)
  const { response } = exchange
  response.removeHeader('Set-Cookie')
  if (lead.kind === 'redirect') sendRedirect(response, lead.to)
  else sendPage(response, lead.status, lead.html)
}
