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

  test('prints the event as a file to edit, with the experiment of a variation', async () => {
    const variables = { DATA_DIR: server.dataDir }
    const { code, output } = await run(['--print-event', '--variation', experiment.control], variables)
    assert.equal(code, 0, output)
    assert.partialDeepStrictEqual(JSON.parse(output), {
      request: { method: 'POST' },
      experiment: { variation_id: experiment.control, is_control: true },
    })
    const sample = JSON.parse((await run(['--print-event'])).output)
    assert.equal(sample.experiment, null)
  })

  test('runs the continue handler with the state that came back', async () => {
    const state = 'abc'
    const event = write('back.json', JSON.stringify({ request: { method: 'GET', query: { state } } }))
    const code = `exports.onExecutePostLogin = async () => { throw new Error('not this one') }
    exports.onContinuePostLogin = async (event, api) => {
      try { api.redirect.validateToken({ secret: 'x' }) } catch (error) { console.log(error.message) }
      api.authentication.recordMethod('https://example.com/page')
    }`
    const { code: exitCode, output } = await run([write('back.js', code), '--continue', '--event', event])
    assert.equal(exitCode, 0, output)
    assert.match(output, /handler {3}onContinuePostLogin/)
    assert.match(output, /"method_recorded"/)
    assert.match(output, /the request has no parameter session_token/)
  })

  test('an Action that fails is shown where it does, in its own file', async () => {
    const file = write('plan.js', 'exports.onExecutePostLogin = async event => {\n  event.user.profile.plan\n}\n')
    const { code, output } = await run([file])
    assert.equal(code, 1)
    assert.match(output, / > 2 \| {3}event\.user\.profile\.plan\n +\| {22}\^\n/)
    assert.match(output, /at exports\.onExecutePostLogin \(plan\.js:2:22\)/)
    const syntax = await run([write('syntax.js', 'exports.onExecutePostLogin = async () => {\n  const = 1\n}')])
    assert.equal(syntax.code, 1)
    assert.match(syntax.output, /SyntaxError: [\s\S]* > 2 \| {3}const = 1\n/)
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
    const help = await run(['--help'])
    assert.deepEqual([help.code, help.output.includes('Examples:')], [0, true])
  })
})
