import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainFlags, type Flags, readFlags } from './flags.ts'

const FLAGS = {
  out: { takes: 'FILE', short: 'o', doc: 'where to write' },
  quiet: { doc: 'no bar' },
} as const satisfies Flags

test('what is given is read by the long and by the short name', () => {
  assert.deepEqual({ ...readFlags(FLAGS, ['--out', 'a', '--quiet']) }, { out: 'a', quiet: true })
  assert.deepEqual({ ...readFlags(FLAGS, ['-o', 'a']) }, { out: 'a' })
  assert.deepEqual({ ...readFlags(FLAGS, ['--out=-']) }, { out: '-' })
  assert.deepEqual({ ...readFlags(FLAGS, []) }, {})
})

for (const args of [
  ['--colour'],
  ['--out'],
  ['--quiet=yes'],
  ['file'],
  ['-x'],
  ['--client-secret', 'x'],
  ['--out', '-o'],
]) {
  test(`${args.join(' ')} is refused in one sentence, with exit code 2`, () => {
    assert.throws(
      () => readFlags(FLAGS, args),
      (error: Error & { exitCode: number }) => error.exitCode === 2 && /^[^\n]+\.$/.test(error.message),
    )
  })
}

test('every flag is explained, in a column of its own', () => {
  assert.equal(explainFlags(FLAGS), '  -o, --out FILE   where to write\n      --quiet      no bar')
})
