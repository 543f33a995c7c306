import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CliFailure, EXIT } from '../terminal/cli-failure.ts'
import { readTestArguments, USAGE } from './arguments.ts'

test('a file alone is tested as post-login with the sample event', () => {
  const given = readTestArguments(['a.js'])
  assert.partialDeepStrictEqual(given, { file: 'a.js', trigger: 'post-login', secrets: [], dependencies: [] })
  assert.deepEqual(
    [given.variation, given.eventFile, given.isContinued, given.allowsLocal],
    [undefined, undefined, false, false],
  )
})

test('a value may contain the separator, and a scope begins with it', () => {
  const { secrets, dependencies } = readTestArguments(['a.js', '--secret', 'A=b=c', '--dependency', '@a/b@1.0.0'])
  assert.deepEqual(secrets, [['A', 'b=c']])
  assert.deepEqual(dependencies, [['@a/b', '1.0.0']])
})

test('no file is needed to print the event', () => {
  assert.equal(readTestArguments(['--print-event']).printsEvent, true)
})

const MISUSED: readonly [args: readonly string[], sentence: RegExp][] = [
  [[], /The file with the Action is missing\./],
  [['a.js', 'b.js'], /One Action is tested at a time, and b\.js would be another\./],
  [['a.js', '--trigger', 'magic'], /There is no trigger "magic", only post-login, /],
  [['a.js', '--unknown'], /^Unknown option '--unknown'\.$/],
  [['a.js', '--event'], /'--event <value>' argument missing\.$/],
  [['a.js', '--secret', 'KEY'], /--secret must be like NAME=VALUE, not "KEY"\./],
  [['a.js', '--dependency', '@a'], /--dependency must be like NAME@VERSION, not "@a"\./],
  [['a.js', '--continue', '--trigger', 'pre-user-registration'], /has no redirects to continue after\./],
]

for (const [args, sentence] of MISUSED) {
  test(`actions test ${args.join(' ')} is refused with a sentence`, () => {
    assert.throws(
      () => readTestArguments(args),
      (error: unknown) => error instanceof CliFailure && error.exitCode === EXIT.usage && sentence.test(error.message),
    )
  })
}

test('help explains every option, gives examples and the exit codes', () => {
  for (const option of ['trigger', 'variation', 'event', 'print-event', 'continue', 'dependency', 'secret', 'json']) {
    assert.match(USAGE, new RegExp(`^  --${option} `, 'm'), option)
  }
  assert.match(USAGE, /Examples:\n\n {2}experiment-center actions test /)
  assert.match(USAGE, /Exit codes: 0 /)
})
