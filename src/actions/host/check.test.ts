import assert from 'node:assert/strict'
import { test } from 'node:test'
import { postLogin, startRunner } from '../../../test/kit/action-runner.ts'

const runner = startRunner({ cpuMs: 300 })

test('code that can be deployed has no problem and names its handlers', async () => {
  const code = `${postLogin('')}\nexports.onContinuePostLogin = async () => {}\nexports.other = 1`
  assert.deepEqual(await runner.check(code, 'post-login'), {
    errors: [],
    handlers: ['onExecutePostLogin', 'onContinuePostLogin'],
  })
})

test('a syntax error has the position that the author sees', async () => {
  const { errors } = await runner.check(postLogin('  const = 1'), 'post-login')
  assert.deepEqual(errors, [{ kind: 'syntax', message: "Unexpected token '='", line: 2, column: 9 }])
  const first = await runner.check('const = 1', 'post-login')
  assert.deepEqual([first.errors[0]?.line, first.errors[0]?.column], [1, 7])
})

test('modules and TypeScript are syntax errors', async () => {
  for (const code of ["import fs from 'fs'", 'export const a = 1', 'const a: number = 1', 'await 1']) {
    assert.equal((await runner.check(code, 'post-login')).errors[0]?.kind, 'syntax', code)
  }
})

test('a missing handler is named', async () => {
  const { errors } = await runner.check(postLogin(''), 'pre-user-registration')
  assert.deepEqual(errors, [
    { kind: 'missing', message: 'The Action does not export a function onExecutePreUserRegistration.' },
  ])
  assert.equal((await runner.check('exports.onExecutePostLogin = 1', 'post-login')).errors[0]?.kind, 'missing')
})

test('a module that throws while it loads says where', async () => {
  const { errors } = await runner.check("\nrequire('nothing')", 'post-login')
  assert.equal(errors[0]?.kind, 'error')
  assert.match(errors[0]?.message ?? '', /Cannot find module 'nothing': add it to the dependencies/)
  assert.equal(errors[0]?.line, 2)
  const node = await runner.check("require('node:fs')", 'post-login')
  assert.match(node.errors[0]?.message ?? '', /Cannot find module 'fs': Actions do not have it/)
})

test('code is at most 100 kB long', async () => {
  const filler = (bytes: number) => `${postLogin('')}//${'é'.repeat((bytes - postLogin('').length - 2) / 2)}`
  assert.deepEqual((await runner.check(filler(99_998), 'post-login')).errors, [])
  assert.equal((await runner.check(filler(100_010), 'post-login')).errors[0]?.kind, 'size')
})

test('a module that never finishes loading, or eats memory, is told apart', async () => {
  assert.equal((await runner.check('for (;;);', 'post-login')).errors[0]?.kind, 'timeout')
  const bomb = await runner.check('let o = null; for (;;) o = { o }', 'post-login')
  assert.ok(bomb.errors[0]?.kind === 'memory' || bomb.errors[0]?.kind === 'timeout')
})

test('a check calls no handler, and waits for nothing that the module began', async () => {
  const { errors } = await runner.check(
    `fetch('http://127.0.0.1:9/').catch(() => 0)\n${postLogin('throw 1')}`,
    'post-login',
  )
  assert.deepEqual(errors, [])
})
