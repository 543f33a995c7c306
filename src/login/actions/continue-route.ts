/** `/continue`: where the browser comes back to after an Action has sent it away. */

import { isJsonObject, type Json, type JsonObject, parseJson } from '../../base/json.ts'
import type { Db } from '../../store/database/database.ts'
import { completeSuspension } from '../engine/interaction.ts'
import { type ApplicationHint, PageRefusal } from '../http/failure.ts'
import { sendJson, sendPage, sendRedirect } from '../http/reply.ts'
import { readForm } from '../http/request-body.ts'
import { LoginWentOn } from '../lead-on/login-went-on.ts'
import { findWayBack } from '../lead-on/way-on.ts'
import { renderPage } from '../pages/pages.ts'
import type { Directory } from '../tenant/directory.ts'
import type { Exchange } from '../transaction/exchange.ts'
import type { RequestFields } from './event/request-part.ts'
import { POST_LOGIN } from './post-login-run.ts'

/** The parameter under which a form travels that came from another site. */
const HANDED_OVER = 'form'

/** Characters of a form that travels in an address: servers in between cut longer ones. */
const MAX_HANDED_OVER = 6_000

const REFUSED = {
  code: 'invalid_request',
  title: 'This login cannot be continued',
  message: 'It is over, it was continued before, or it belongs to another browser. Go back to the application.',
} as const

/** True when a program reads the answer. */
const wantsJson = ({ request }: Exchange): boolean => {
  const accept = request.headers.accept ?? ''
  return accept.includes('application/json') && !accept.includes('text/html')
}

/** What going on with a login needs of the server. */
export interface ContinueServices {
  readonly volatileDb: Db
  readonly directory: Pick<Directory, 'client'>
}

const refuse = async (
  exchange: Exchange,
  { directory }: ContinueServices,
  application?: ApplicationHint,
): Promise<void> => {
  const { response, tenant } = exchange
  const { code, title, message } = REFUSED
  if (wantsJson(exchange)) return sendJson(response, 400, { error: code, error_description: message })
  const next = await findWayBack(exchange, directory, { application })
  sendPage(response, 400, renderPage('error', tenant.name, { message, code, next }, title))
}

const fields = (parameters: URLSearchParams): Record<string, string> => Object.fromEntries(parameters)

/** The form that `handOver` put into the address; undefined when there is none. */
const handedOver = ({ url }: Exchange): Readonly<Record<string, string>> | undefined => {
  const form = url.searchParams.get(HANDED_OVER)
  const value = form === null ? undefined : parseJson(Buffer.from(form, 'base64url').toString('utf8'))
  if (!isJsonObject(value)) return undefined
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

const visitOf = async (exchange: Exchange): Promise<RequestFields & { readonly state: string }> => {
  const { request, url } = exchange
  const { [HANDED_OVER]: _, ...query } = fields(url.searchParams)
  const method = request.method ?? 'GET'
  if (method === 'POST') {
    const body = fields(await readForm(request))
    return { method, query, body, state: query.state ?? body.state ?? '' }
  }
  const body = handedOver(exchange)
  return { method: body ? 'POST' : method, query, body: body ?? {}, state: query.state ?? '' }
}

/**
 * A form from another site comes without the browser's cookies: they are `SameSite=Lax`. So it is sent on with GET, with
 * which they come, and a login is continued in its own browser only. The form is not sealed: it says nothing that the
 * same site could not have sent itself, and what an Action must be able to trust in it is signed by its author.
 */
const handOver = async (
  exchange: Exchange,
  services: ContinueServices,
  state: string,
  body: JsonObject,
): Promise<void> => {
  const form = Buffer.from(JSON.stringify(body)).toString('base64url')
  if (form.length > MAX_HANDED_OVER) await refuse(exchange, services)
  else sendRedirect(exchange.response, `/continue?${new URLSearchParams({ state, [HANDED_OVER]: form })}`)
}

/**
 * Lets the login go on; a state that is wrong, used up or another browser's is `invalid_request`. A person who comes back
 * twice is led on.
 */
export const continueLogin = async (exchange: Exchange, services: ContinueServices): Promise<void> => {
  try {
    const { state, ...request } = await visitOf(exchange)
    if (exchange.request.method === 'POST' && exchange.cookie('browser') === undefined) {
      return await handOver(exchange, services, state, request.body)
    }
    const data: Json = { request }
    const next = await completeSuspension(exchange, services, state, { step: POST_LOGIN, data })
    sendRedirect(exchange.response, next)
  } catch (error) {
    if (error instanceof PageRefusal) return refuse(exchange, services, error.application)
    if (error instanceof LoginWentOn && wantsJson(exchange)) return refuse(exchange, services)
    throw error
  }
}
