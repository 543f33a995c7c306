/** Calls the Management API, like any client. */

import { CliFailure } from '../terminal/cli-failure.ts'
import { createTokenSource } from './api-token.ts'
import type { Connection } from './connection.ts'
import { createRequests, type RequestOptions } from './requests.ts'

export type ApiMethod = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** Rejects with a CliFailure in the API's words when it refuses, or when trouble outlasts the patience. */
export interface ApiReader {
  /** The answer of a GET below `/api/v2/`. */
  get(path: string, query: Readonly<Record<string, string>>): Promise<unknown>
}

/** Rejects like a reader. */
export interface ApiClient extends ApiReader {
  /**
   * The answer of any request below `/api/v2/`; `path` may have a query. A write is sent once, however patient the
   * client is: when its answer is lost, it may have been done. The caller names the documented answer.
   */
  call<Answer>(method: ApiMethod, path: string, body?: object): Promise<Answer>
}

/** Creates the client; its first request gets the token. */
export const createApiClient = (connection: Connection, options: RequestOptions): ApiClient => {
  const send = createRequests(options)
  const sendOnce = createRequests({ ...options, patienceMs: 0 })
  const tokens = createTokenSource(send, connection, options.now ?? Date.now)

  const call = async (method: ApiMethod, path: string, body?: object): Promise<unknown> => {
    const address = new URL(`api/v2/${path}`, connection.url)
    // A restored database or a changed key: a token can be refused before it expires.
    for (let tokensTried = 0; tokensTried < 2; tokensTried += 1) {
      const token = await tokens.current()
      const answer = await (method === 'GET' ? send : sendOnce)(address, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
      if (answer.kind === 'answer') return answer.body
      tokens.drop(token)
    }
    throw new CliFailure(`${connection.url} refuses the tokens that it gives out.`)
  }

  return {
    get: (path, query) => call('GET', `${path}?${new URLSearchParams(query)}`),
    call: <Answer>(method: ApiMethod, path: string, body?: object) => call(method, path, body) as Promise<Answer>, // as the caller says
  }
}
