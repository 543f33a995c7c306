/** What twelve callers who search the whole log, again and again, add to a login. */

import { sql } from 'kysely'
import { openDatabase } from '../src/store/database/database.ts'
import { startTestServer, type TestServer } from '../test/kit/server.ts'
import { compareLogins } from './paired-logins.ts'

const READERS = 12
const EVENTS = 300_000
const BATCH = 20_000
const AIM = 2

/** Events of today, none of which the searches find. */
const fillLog = async (connectionString: string, events: number): Promise<void> => {
  const { db, close } = openDatabase({ connectionString, max: 1 })
  const insert = (first: number, last: number) =>
    sql`
    insert into logs (tenant_id, log_id, date, type, user_id, document)
    select 'dev', '900' || to_char(at, 'YYYYMMDDHH24MISSMS') || lpad(n::text, 36, '0'), at at time zone 'UTC', 's', user_id,
      jsonb_build_object('date', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'type', 's', 'description', 'Successful login',
        'client_id', 'AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPp', 'client_name', 'My App', 'ip', '203.0.113.9', 'user_id', user_id,
        'user_name', user_id || '@example.com', 'connection', 'Username-Password-Authentication',
        'user_agent', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0')
    from (
      select n, date_trunc('day', now() at time zone 'UTC') + n * interval '1 microsecond' as at, 'auth0|' || n % 20000 as user_id
      from generate_series(${first}::int, ${last}::int) as n
    ) as made`.execute(db)
  for (let first = 1; first <= events; first += BATCH) await insert(first, Math.min(first + BATCH - 1, events))
  await sql`analyze logs`.execute(db)
  await close()
}

const tokenOf = async ({ issuer, credentials }: TestServer): Promise<string> => {
  const { client_id, client_secret, audience } = credentials.management
  const answer = await fetch(new URL('oauth/token', issuer), {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret, audience }),
  })
  const { access_token: token } = (await answer.json()) as { access_token: string } // the server's own answer
  return token
}

/** Callers who search one after the other, until they are stopped; they take the pauses that they are told. */
const switchReaders = (server: TestServer, token: string): ((isOn: boolean) => Promise<void>) => {
  let stop = new AbortController()
  let readers: Promise<void>[] = []
  const read = async (n: number, { signal }: AbortController): Promise<void> => {
    const url = new URL(`api/v2/logs?q=user_name:*absent-${n}*`, server.issuer)
    while (!signal.aborted) {
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal }).catch(() => undefined)
      await answer?.body?.cancel()
    }
  }
  return async isOn => {
    stop.abort()
    await Promise.all(readers)
    stop = new AbortController()
    readers = isOn ? Array.from({ length: READERS }, (_, n) => read(n, stop)) : []
  }
}

/** @param events in the log; default 300,000 */
export const run = async (events = EVENTS): Promise<void> => {
  const server = await startTestServer()
  try {
    await fillLog(server.databaseUrl, events)
    const set = switchReaders(server, await tokenOf(server))
    await compareLogins(server, { what: `${READERS} searches under way`, set, aim: AIM })
  } finally {
    await server.close()
  }
}

if (import.meta.main) await run()
