/** The cookie that names the application for which this browser last began a login: pages that know no other lead there. */

import { addCookie, cookieName } from '../http/cookies.ts'
import type { ApplicationHint } from '../http/failure.ts'
import type { Exchange } from './exchange.ts'

/** Seconds: bookmarks of a login page are older than logins. */
const MAX_AGE = 30 * 24 * 60 * 60

/** Characters; longer ids than an application has. */
const MAX_VALUE = 512

const encode = (clientId: string): string => Buffer.from(clientId).toString('base64url')

/** Names the application, unless the browser knows it. */
export const rememberApplication = ({ cookie, response, secure }: Exchange, clientId: string): void => {
  const value = encode(clientId)
  if (value.length > MAX_VALUE || cookie('application') === value) return
  addCookie(response, cookieName('application', secure), value, { secure, maxAge: MAX_AGE })
}

/** What the cookie says. It proves nothing: it is looked up among the tenant's applications, and leads to their pages only. */
export const rememberedApplication = ({ cookie }: Exchange): ApplicationHint => ({
  clientId: Buffer.from((cookie('application') ?? '').slice(0, MAX_VALUE), 'base64url').toString('utf8'),
})
