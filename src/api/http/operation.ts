/** One operation of the Management API as data: schemas, scope, failures, and one call. */

import { z } from 'zod'
import type { ErrorCode } from '../../model/error-codes.ts'
import type { Scope } from '../../model/scopes.ts'
import type { ApiContext } from './api-context.ts'

interface OperationFacts {
  /** The wire's operationId, such as `create_feature_flag`. */
  readonly id: string
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Below `/api/v2`, with parameters in braces. */
  readonly path: `/${string}`
  /** What it does, as a heading; the log event of a write carries it as its description. */
  readonly summary: string
  readonly tag: string
  /** The caller needs one of these. */
  readonly scopes: readonly [Scope, ...Scope[]]
  readonly success: { readonly status: 200 | 201 | 202; readonly schema: z.ZodType } | { readonly status: 204 }
  /** Failures beside those of every operation (`invalid_token`, `insufficient_scope`, `internal_error`, …). */
  readonly errors: readonly ErrorCode[]
}

interface OperationSchemas<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType> {
  readonly params: Params
  readonly query: Query
  /** `NO_BODY` when the operation reads none. */
  readonly body: Body
}

/** What arrived, before it is checked. */
export interface RawInput {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

/** Parses one part of a request or throws the coded error of that part. */
export type ParsePart = <Schema extends z.ZodType>(
  part: keyof RawInput,
  schema: Schema,
  value: unknown,
) => z.output<Schema>

/** An operation whose own types are closed over: the table holds these. */
export interface Operation extends OperationFacts {
  readonly schemas: OperationSchemas<z.ZodObject, z.ZodObject, z.ZodType>
  /** Checks what arrived, and returns the work; its value is the body of the answer. */
  readonly prepare: (raw: RawInput, parse: ParsePart) => (api: ApiContext) => Promise<unknown>
}

/** No path or query parameters: any is refused. */
export const NO_PARAMETERS = z.strictObject({})

/** The operation does not look at the body. */
export const NO_BODY = z.undefined()

export const readsBody = ({ schemas }: Operation): boolean => schemas.body !== NO_BODY

/** True when the body is a list rather than an object. */
export const bodyIsList = ({ schemas }: Operation): boolean => schemas.body instanceof z.ZodArray

/** True when the operation has nothing to be told. */
export const bodyIsOptional = ({ schemas }: Operation): boolean => schemas.body.safeParse(undefined).success

const isText = (schema: unknown): boolean => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return isText(schema.unwrap())
  return schema instanceof z.ZodString || schema instanceof z.ZodEnum
}

/**
 * True when a form can say everything that the body can: it is an object of texts. A form has no other type, and what
 * `value=true` would mean for a parameter of any type could only be guessed.
 */
export const acceptsForm = ({ schemas }: Operation): boolean =>
  schemas.body instanceof z.ZodObject && Object.values(schemas.body.shape).every(isText)

/** Declares an operation; `run` is its one call, with everything it gets already checked. */
export const operation = <Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType>(
  definition: OperationFacts &
    OperationSchemas<Params, Query, Body> & {
      readonly run: (
        api: ApiContext,
        input: { readonly params: z.output<Params>; readonly query: z.output<Query>; readonly body: z.output<Body> },
      ) => Promise<unknown>
    },
): Operation => {
  const { params, query, body, run, ...facts } = definition
  return {
    ...facts,
    schemas: { params, query, body },
    prepare: (raw, parse) => {
      const input = {
        params: parse('params', params, raw.params),
        query: parse('query', query, raw.query),
        body: parse('body', body, raw.body),
      }
      return api => run(api, input)
    },
  }
}
