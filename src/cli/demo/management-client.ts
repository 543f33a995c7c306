/** The demo's view of the Management API: a token, then JSON calls, like any client. */

import { DemoFailure } from './simulated-browser.ts'

export interface ManagementCredentials {
  readonly client_id: string
  readonly client_secret: string
  readonly audience: string
}

export interface ManagementClient {
  /** Sends a JSON request below `/api/v2/` and returns the JSON answer; anything but 2xx fails with the API's words. */
  call<Answer>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<Answer>
}

const fetchToken = async (issuer: string, credentials: ManagementCredentials): Promise<string> => {
  const response = await fetch(new URL('oauth/token', issuer), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'client_credentials', ...credentials }),
  })
  if (!response.ok) throw new DemoFailure(`/oauth/token answered ${response.status}: ${await response.text()}`)
  const { access_token } = (await response.json()) as { access_token: string } // RFC 6749, section 5.1
  return access_token
}

/** Gets a token with the client credentials grant and returns a client that uses it. */
export const createManagementClient = async (
  issuer: string,
  credentials: ManagementCredentials,
): Promise<ManagementClient> => {
  const token = await fetchToken(issuer, credentials)
  return {
    async call<Answer>(method: string, path: string, body?: object) {
      const response = await fetch(new URL(`api/v2/${path}`, issuer), {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const text = await response.text()
      if (!response.ok) throw new DemoFailure(`${method} ${path} answered ${response.status}: ${text}`)
      return (text ? JSON.parse(text) : undefined) as Answer // the caller names the documented answer of the operation
    },
  }
}
