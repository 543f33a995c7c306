/** `actions test`: an author runs an Action on this machine before a server does. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createExperiment, type TestExperiment } from './kit/experiment.ts'
import { serverEnvironment, startTestServer, type TestServer, temporaryDirectory } from './kit/server.ts'

const run = async (args: readonly string[], variables: Record<string, string> = {}) => {
  const child = spawn(process.execPath, ['src/main.ts', 'actions', 'test', ...args], {
    env: serverEnvironment(variables),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { code, output }
}

describe('actions test', () => {
  const directory = temporaryDirectory()
  let server: TestServer
  let experiment: TestExperiment

  before(async () => {
    server = await startTestServer()
    experiment = await createExperiment(await server.api())
  })

  after(async () => {
    await server?.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const write = (name: string, text: string): string => {
    const path = join(directory, name)
    writeFileSync(path, text)
    return path
  }

  const CLAIM = `exports.onExecutePostLogin = async (event, api) => {
    console.log('hello', event.user.email)
    api.idToken.setCustomClaim('https://example.com/experiment', event.experiment)
  }`

  test('prints outcome, console and effects; without a variation event.experiment is null', async () => {
    const { code, output } = await run([write('claim.js', CLAIM)])
    assert.equal(code, 0, output)
    assert.match(output, /outcome {3}completed/)
    assert.match(output, /hello ada@example\.com/)
    assert.match(output, /"value":null/)
  })

  test('carries the experiment of a variation of a running server', async () => {
    const variables = { DATA_DIR: server.dataDir }
    const { code, output } = await run([write('claim.js', CLAIM), '--variation', experiment.treatment], variables)
    assert.equal(code, 0, output)
    assert.ok(output.includes(experiment.experiment) && output.includes(experiment.treatment), output)
    assert.ok(output.includes('"show_passkey_prompt":{"value":true}'), output)
    assert.ok(output.includes('"is_control":false'), output)
    const unknown = await run([write('claim.js', CLAIM), '--variation', 'var_11111111111111111111'], variables)
    assert.equal(unknown.code, 1)
    assert.match(unknown.output, /No experiment of the server allocates the variation/)
  })

  test('takes an event from a file, secrets, and the triggers of sign-up', async () => {
    const event = write('event.json', JSON.stringify({ user: { email: 'grace@example.com' } }))
    const code = `exports.onExecutePreUserRegistration = async (event, api) => {
      api.user.setUserMetadata('seen', event.user.email + event.secrets.KEY)
    }`
    const args = [
      write('sign-up.js', code),
      '--trigger',
      'pre-user-registration',
      '--event',
      event,
      '--secret',
      'KEY=a=b',
      '--json',
    ]
    const { code: exitCode, output } = await run(args)
    assert.equal(exitCode, 0, output)
    const result = JSON.parse(output) as { effects: { value: string }[] }
    assert.equal(result.effects[0]?.value, 'grace@example.coma=b')
  })

  test('an Action that throws, is not there, or names no trigger ends with its reason and exit code 1 or 2', async () => {
    const thrown = await run([
      write('throws.js', 'exports.onExecutePostLogin = async () => { throw new TypeError("no") }'),
    ])
    assert.equal(thrown.code, 1)
    assert.match(thrown.output, /failed \(action_error\)[\s\S]*TypeError/)
    const missing = await run([join(directory, 'nowhere.js')])
    assert.deepEqual([missing.code, missing.output.includes('cannot be read')], [1, true])
    const trigger = await run([write('claim.js', CLAIM), '--trigger', 'magic'])
    assert.deepEqual([trigger.code, trigger.output.includes('There is no trigger "magic"')], [2, true])
    assert.equal((await run([])).code, 2)
  })
})
