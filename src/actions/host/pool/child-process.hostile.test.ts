/** What code finds that has broken out of its isolate into the child: each probe runs as the child's own program. */

import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { startChild } from './child-process.ts'

/** Runs an expression in a child and returns what it yields, or the code of what it throws. */
const probe = async (expression: string): Promise<unknown> => {
  const program = `
    const say = value => { require('node:fs').writeSync(3, JSON.stringify(value ?? null)); process.kill(process.pid, 'SIGKILL') }
    Promise.resolve().then(() => (${expression})).then(say, e => say({ code: e.code, message: e.message }))`
  const { process: child, pipe } = startChild(program)
  pipe.on('error', () => undefined)
  const text = await buffer(pipe).catch(() => Buffer.from('"killed"'))
  child.kill('SIGKILL')
  return JSON.parse(text.toString() || '"killed"')
}

const DENIED: Record<string, string> = {
  'reading a file': "require('node:fs').readFileSync('/etc/passwd', 'utf8')",
  'listing a folder': "require('node:fs').readdirSync('/')",
  'writing a file': "require('node:fs').writeFileSync('/tmp/actions-escape', 'x')",
  'starting a process': "require('node:child_process').execSync('id').toString()",
  'starting a worker': "new (require('node:worker_threads').Worker)('1', { eval: true, execArgv: [] })",
  'opening an inspector': "require('node:inspector').open(0)",
}

for (const [what, expression] of Object.entries(DENIED)) {
  test(`${what} is denied`, async () => {
    const answer = await probe(expression)
    assert.equal((answer as { readonly code?: string }).code, 'ERR_ACCESS_DENIED', JSON.stringify(answer))
  })
}

test('the environment is empty but for the time zone', async () => {
  assert.deepEqual(
    await probe("Object.keys(process.env).filter(name => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name))"),
    ['TZ'],
  )
})

test('there is no WebAssembly, and nothing is compiled to machine code', async () => {
  assert.deepEqual(await probe('[typeof WebAssembly, process.execArgv.includes("--jitless")]'), ['undefined', true])
})

test('memory beyond the limit is refused by the kernel', {
  skip: process.platform !== 'linux' && 'RLIMIT_DATA is for Linux',
}, async () => {
  const answer = await probe('[1, 2, 3, 4].map(() => Buffer.alloc(500e6, 1)).length')
  assert.ok(answer === 'killed' || JSON.stringify(answer).includes('alloc'), JSON.stringify(answer))
})

test('standard input and output lead nowhere', async () => {
  const answer = await probe(`(() => {
    const fs = require('node:fs')
    return [fs.fstatSync(0).isCharacterDevice(), fs.fstatSync(1).isCharacterDevice()]
  })()`)
  assert.deepEqual(answer, [true, true])
})

test('a child of a server that is root is not root', {
  skip: process.getuid?.() !== 0 && 'the tests do not run as root',
}, async () => {
  assert.notEqual(await probe('process.getuid()'), 0)
})
