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
interface RawInput {
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

/** An operation whose own types are closed over: the table holds these. `Context` is what its call needs. */
export interface Operation<in Context extends ApiContext = ApiContext> extends OperationFacts {
  readonly schemas: OperationSchemas<z.ZodObject, z.ZodObject, z.ZodType>
  /** Checks what arrived, and returns the work; its value is the body of the answer. */
  readonly prepare: (raw: RawInput, parse: ParsePart) => (api: Context) => Promise<unknown>
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

/**
 * Makes the function that declares operations of which the call needs more than every call has, such as a noun's own
 * ports. `run` is the one call, with everything it gets already checked; what an operation does not take it does not name.
 */
export const operationOf =
  <Context extends ApiContext>() =>
  <
    Params extends z.ZodObject = typeof NO_PARAMETERS,
    Query extends z.ZodObject = typeof NO_PARAMETERS,
    Body extends z.ZodType = typeof NO_BODY,
  >(
    definition: OperationFacts &
      Partial<OperationSchemas<Params, Query, Body>> & {
        readonly run: (
          api: Context,
          input: { readonly params: z.output<Params>; readonly query: z.output<Query>; readonly body: z.output<Body> },
        ) => Promise<unknown>
      },
  ): Operation<Context> => {
    const {
      params = NO_PARAMETERS as z.ZodObject as Params, // the default of its type
      query = NO_PARAMETERS as z.ZodObject as Query, // the default of its type
      body = NO_BODY as z.ZodType as Body, // the default of its type
      run,
      ...facts
    } = definition
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

/** Declares an operation that needs what every call has. */
export const operation = operationOf<ApiContext>()

/** Closes operations over the ports of their noun, so that a call brings only what every call has. */
export const closeOver = <Ports extends object>(
  ports: Ports,
  operations: readonly Operation<ApiContext & Ports>[],
): readonly Operation[] =>
  operations.map(({ prepare, ...rest }) => ({
    ...rest,
    prepare: (raw, parse) => {
      const work = prepare(raw, parse)
      return api => work({ ...api, ...ports })
    },
  }))
