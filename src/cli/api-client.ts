/** Reads the Management API, like any client. */

import { createTokenSource } from './api-token.ts'
import { CliFailure } from './cli-failure.ts'
import type { Connection } from './connection.ts'
import { createRequests, type RequestOptions } from './requests.ts'

export interface ApiClient {
  /**
   * The answer of a GET below `/api/v2/`.
   *
   * @throws CliFailure in the API's words when it refuses, or when trouble outlasts the patience
   */
  get(path: string, query: Readonly<Record<string, string>>): Promise<unknown>
}

/** Creates the client; its first request gets the token. */
export const createApiClient = (connection: Connection, options: RequestOptions): ApiClient => {
  const send = createRequests(options)
  const tokens = createTokenSource(send, connection, options.now ?? Date.now)
  return {
    async get(path, query) {
      const address = new URL(`api/v2/${path}?${new URLSearchParams(query)}`, connection.url)
      // A restored database or a changed key: a token can be refused before it expires.
      for (let tokensTried = 0; tokensTried < 2; tokensTried += 1) {
        const token = await tokens.current()
        const answer = await send(address, { headers: { authorization: `Bearer ${token}` } })
        if (answer.kind === 'answer') return answer.body
        tokens.drop(token)
      }
      throw new CliFailure(`${connection.url} refuses the tokens that it gives out.`)
    },
  }
}
