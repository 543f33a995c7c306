/** api.redirect.encodeToken: data for the page that the browser is sent to, signed so that it can be believed. */

import { jsonObject, optional, positive, record, required, text } from './kind.ts'
import { argument, method } from './method.ts'

const DEFAULT_SECONDS = 900

const textAt = (value: unknown, name: string): string | undefined => {
  const member: unknown = typeof value === 'object' && value ? Reflect.get(value, name) : undefined
  return typeof member === 'string' ? member : undefined
}

export const redirectEncodeToken = method({
  path: 'redirect.encodeToken',
  doc: 'Makes a JWT (HS256) with your payload and sub, iss, iat, exp and ip, to be passed on in the query string.',
  triggers: ['post-login'],
  parameters: [
    argument(
      'options',
      record({
        secret: required(text(4096), 'The key that the other page knows too; keep it in event.secrets.'),
        payload: optional(jsonObject, 'Your claims.'),
        expiresInSeconds: optional(positive, 'How long the token holds; default 900.'),
      }),
      'What to sign.',
    ),
  ],
  returns: 'string',
  answer: (call, [{ secret, payload, expiresInSeconds }]) => {
    const issuedAt = Math.floor(call.now() / 1000)
    return call.signToken(
      JSON.stringify({
        ...payload,
        iat: issuedAt,
        iss: call.issuer,
        sub: textAt(call.event.user, 'user_id'),
        exp: issuedAt + Math.floor(expiresInSeconds ?? DEFAULT_SECONDS),
        ip: textAt(call.event.request, 'ip'),
      }),
      secret,
    )
  },
})
