/** Reads forms and JSON from a request, within a limit. */

import type { IncomingMessage } from 'node:http'
import { isJsonObject, parseJson } from '../../base/json.ts'

/** Bytes. Forms of the hosted pages and token requests are far smaller; assertions of passkeys are the largest. */
export const MAX_BODY = 64 * 1024

export type BodyProblem = 'too_large' | 'unsupported_media_type' | 'malformed'

/** A body that cannot be read; the sender's mistake. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
  readonly problem: BodyProblem

  constructor(problem: BodyProblem) {
    super(problem)
    this.problem = problem
  }
}

/** The body's bytes. @throws BodyError `too_large` without reading on, `malformed` when the sender breaks off */
export const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) throw new BodyError('too_large')
  const chunks: Buffer[] = []
  let received = 0
  try {
    // Leaving the loop early must not destroy the socket: the answer still has to go out on it.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      received += chunk.length
      if (received > MAX_BODY) break
      chunks.push(chunk)
    }
  } catch {
    throw new BodyError('malformed')
  }
  if (received > MAX_BODY) throw new BodyError('too_large')
  return Buffer.concat(chunks)
}

/** The media type without parameters, in lower case. */
export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** PostgreSQL stores no NUL and no parameter has a use for one: it is taken out after decoding, where it cannot hide. */
export const withoutNul = (decoded: string): string => decoded.replaceAll('\0', '')

const decodeForm = (body: Buffer): URLSearchParams =>
  new URLSearchParams(
    [...new URLSearchParams(body.toString('utf8'))].map(([name, value]): [string, string] => [
      withoutNul(name),
      withoutNul(value),
    ]),
  )

export const FORM = 'application/x-www-form-urlencoded'

/** The fields of a form. @throws BodyError */
export const readForm = async (request: IncomingMessage): Promise<URLSearchParams> => {
  if (mediaType(request) !== FORM) throw new BodyError('unsupported_media_type')
  return decodeForm(await readBody(request))
}

const toField = (value: unknown): readonly string[] => {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value.flatMap(toField)
  if (typeof value === 'object') throw new BodyError('malformed')
  return [withoutNul(String(value))]
}

/** A form with the members of a JSON object, for an engine that reads forms only. @throws BodyError */
const jsonToForm = (body: Buffer): URLSearchParams => {
  const value = parseJson(body.toString('utf8'))
  if (!isJsonObject(value)) throw new BodyError('malformed')
  return new URLSearchParams(
    Object.entries(value).flatMap(([name, member]) => toField(member).map((field): [string, string] => [name, field])),
  )
}

const DECODERS: Readonly<Record<string, (body: Buffer) => URLSearchParams>> = {
  [FORM]: decodeForm,
  'application/json': jsonToForm,
}

export interface EngineBody {
  readonly body: Buffer
  readonly contentType: string | undefined
}

/**
 * A body in the only form that the OIDC engine reads: JSON is turned into a form, everything else is left as it is.
 *
 * @param amend what is changed in a form
 */
export const readEngineBody = async (
  request: IncomingMessage,
  amend: (form: URLSearchParams) => URLSearchParams = form => form,
): Promise<EngineBody> => {
  const body = await readBody(request)
  const decode = DECODERS[mediaType(request)]
  return decode
    ? { body: Buffer.from(amend(decode(body)).toString()), contentType: FORM }
    : { body, contentType: request.headers['content-type'] }
}
