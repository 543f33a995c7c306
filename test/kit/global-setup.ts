/** One PostgreSQL server for a whole run of the tests: `node --test --test-global-setup=test/kit/global-setup.ts`. */

import { startTestServer, type TestServer } from './postgres-server.ts'

let server: TestServer | undefined

/** Test files are processes of their own and read the address from the environment that they inherit. */
export const globalSetup = async (): Promise<void> => {
  if (process.env.TEST_DATABASE_URL) return
  server = await startTestServer()
  process.env.TEST_DATABASE_URL = server.connectionString
}

export const globalTeardown = async (): Promise<void> => server?.stop()
