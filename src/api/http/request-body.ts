/** Reads a request's body: JSON, or a form where it can say as much, of bounded size and depth, and clean enough to store. */

import { isJsonObject, parseJson } from '../../base/json.ts'
import { apiError } from '../../model/error-codes.ts'
import { formatPath } from './schema-problem.ts'

/** The limit of the wire: 1 MB. */
const MAX_BYTES = 1024 * 1024

/** Deeper than any value that fits into a parameter's 1 KB for a reason. */
const MAX_DEPTH = 64

const tooLarge = () => apiError('payload_too_large', `The body is larger than ${MAX_BYTES} bytes.`)

const readBytes = async (request: Request): Promise<Uint8Array> => {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BYTES) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength
      if (size > MAX_BYTES) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw apiError('invalid_body', 'The body broke off before its end.', { cause })
  }
  if (size > MAX_BYTES) throw tooLarge()
  return Buffer.concat(chunks)
}

const decode = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw apiError('invalid_body', 'The body is not valid UTF-8.', { cause })
  }
}

const isCleanText = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/** What no database column could hold or no reader would expect; checked once, so that nothing below meets it. */
const findProblem = (value: unknown, path: readonly PropertyKey[]): string | undefined => {
  if (path.length > MAX_DEPTH) return `the body is nested deeper than ${MAX_DEPTH} levels`
  if (typeof value === 'string' && !isCleanText(value)) return `${formatPath(path)}: NUL or half a character`
  if (typeof value === 'number' && !Number.isFinite(value)) return `${formatPath(path)}: not a finite number`
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, item] of Object.entries(value)) {
    const at = [...path, Array.isArray(value) ? Number(key) : key]
    if (key === '__proto__' || !isCleanText(key)) return `unknown key ${formatPath(at)}`
    const problem = findProblem(item, at)
    if (problem) return problem
  }
  return undefined
}

const parseForm = (text: string): unknown => {
  const fields = [...new URLSearchParams(text)]
  const form = Object.fromEntries(fields)
  if (Object.keys(form).length < fields.length) throw apiError('invalid_body', 'The form repeats a field.')
  return form
}

type Parsers = Readonly<Record<string, (text: string) => unknown>>

const JSON_ONLY: Parsers = { 'application/json': parseJson }
const JSON_OR_FORM: Parsers = { ...JSON_ONLY, 'application/x-www-form-urlencoded': parseForm }

/** What an operation says of its body. */
export interface BodyKind {
  readonly optional: boolean
  readonly isList: boolean
  /** A form is taken beside JSON. */
  readonly acceptsForm: boolean
}

/**
 * Reads the body as an object, or as a list where the operation takes one. A form gives an object of strings.
 * Fails with `payload_too_large`, `unsupported_media_type` or `invalid_body`.
 *
 * @param isList the body is a list
 * @param optional a request without a content type has no body, and null is none either; both give undefined
 */
export const readBody = async (
  request: Request,
  { optional, isList, acceptsForm }: BodyKind,
): Promise<object | undefined> => {
  if (optional && !request.headers.has('content-type')) return undefined
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  const parsers = acceptsForm ? JSON_OR_FORM : JSON_ONLY
  const parse = Object.hasOwn(parsers, type) ? parsers[type] : undefined
  if (!parse) {
    throw apiError('unsupported_media_type', `The body must be ${Object.keys(parsers).join(' or ')}.`)
  }
  const value = parse(decode(await readBytes(request)))
  if (optional && value === null) return undefined
  if (!(isList ? Array.isArray(value) : isJsonObject(value))) {
    throw apiError('invalid_body', `The body is not a JSON ${isList ? 'array' : 'object'}.`)
  }
  const problem = findProblem(value, [])
  if (problem) throw apiError('invalid_body', `The body does not fit the schema: ${problem}.`)
  return value as object // an object or a list, as checked above
}
