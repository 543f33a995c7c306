/** Reads what a hosted page's form sends, and makes sure that it was our page that sent it. */

import { EXPIRED, PageRefusal } from '../http/failure.ts'
import { readForm } from '../http/request-body.ts'
import type { Exchange } from '../transaction/exchange.ts'

/**
 * Browsers say where a form was on (RFC 9110 section 10.1.3 is advisory, the Origin header of Fetch is not). The cookies
 * are `SameSite=Lax` and the state is secret; this is the third lock on the same door.
 */
const isOwnOrigin = ({ request, tenant }: Exchange, origin: string): boolean =>
  origin === new URL(tenant.issuer).origin || URL.parse(origin)?.host === request.headers.host

/**
 * The fields of the form.
 * @throws BodyError; PageRefusal when another site sent the form, or when its `state` is not the page's
 */
export const readPageForm = async (exchange: Exchange): Promise<URLSearchParams> => {
  const origin = exchange.header('origin')
  if (origin !== undefined && !isOwnOrigin(exchange, origin)) {
    throw new PageRefusal({
      status: 403,
      code: 'other_origin',
      title: 'This form was sent from another site',
      message: 'Go back to the application and log in again.',
    })
  }
  const form = await readForm(exchange.request)
  const state = form.get('state')
  if (state !== null && state !== exchange.url.searchParams.get('state')) throw new PageRefusal(EXPIRED)
  return form
}
