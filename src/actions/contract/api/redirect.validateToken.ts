/** api.redirect.validateToken: what the other page sends back, believed only when it is signed for this redirect. */

import { optional, record, required, text } from './kind.ts'
import { argument, type CallState, method } from './method.ts'

/** The parameter of the request to /continue; a POST is the safer way, so its body comes first. */
const readParameter = ({ event }: CallState, name: string): string | undefined => {
  const request = event.request
  if (typeof request !== 'object' || request === null) return undefined
  for (const part of ['body', 'query']) {
    const fields: unknown = Reflect.get(request, part)
    const value: unknown = typeof fields === 'object' && fields ? Reflect.get(fields, name) : undefined
    if (typeof value === 'string' && value) return value
  }
  return undefined
}

const refuse = (reason: string): never => {
  throw new TypeError(`api.redirect.validateToken: ${reason}`)
}

export const redirectValidateToken = method({
  path: 'redirect.validateToken',
  doc: 'Returns the payload of the JWT that came back to /continue. Throws when its signature, its expiry or its state does not hold.',
  triggers: ['post-login'],
  continueOnly: true,
  parameters: [
    argument(
      'options',
      record({
        secret: required(text(4096), 'The key that the token is signed with (HS256).'),
        tokenParameterName: optional(text(128), 'The query or form parameter that carries it; default session_token.'),
      }),
      'How to check.',
    ),
  ],
  returns: '{ [claim: string]: Stored }',
  answer: (call, [{ secret, tokenParameterName }]) => {
    const name = tokenParameterName ?? 'session_token'
    const token = readParameter(call, name) ?? refuse(`the request has no parameter ${name}`)
    const read = call.readToken(token, secret)
    if (typeof read !== 'string') return refuse(read.error)
    const claims: { state?: unknown } = JSON.parse(read)
    if (call.redirectState === undefined || claims.state !== call.redirectState) {
      refuse('the state of the token is not the state of this redirect')
    }
    return claims
  },
})
