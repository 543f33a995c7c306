/** Every command and subcommand alike: help, version, and what is misused. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { optionEntries } from '../../config/options.ts'
import { COMMANDS, PROGRAM } from '../commands.ts'
import { type Command, type CommandGroup, runGroup } from './command.ts'

interface Found {
  readonly words: readonly string[]
  readonly what: Command | CommandGroup
}

const findAll = async (group: CommandGroup, words: readonly string[] = []): Promise<readonly Found[]> => {
  const below = Object.entries(group.commands).map(async ([name, entry]): Promise<readonly Found[]> => {
    const what = 'load' in entry ? await entry.load() : entry
    const path = [...words, name]
    return 'commands' in what ? await findAll(what, path) : [{ words: path, what }]
  })
  return [{ words, what: group }, ...(await Promise.all(below)).flat()]
}

const call = async (...args: readonly string[]) => {
  const out: string[] = []
  const error: string[] = []
  const printer = {
    log: (text: string) => void out.push(`${text}\n`),
    error: (text: string) => void error.push(`${text}\n`),
  }
  const code = await runGroup(PROGRAM, COMMANDS, args, {}, printer)
  return { code, out: out.join(''), error: error.join('') }
}

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
const all = await findAll(COMMANDS)

test('the commands are known', () => {
  assert.deepEqual(
    all.map(({ words }) => words.join(' ')),
    ['', 'serve', 'logs', 'logs tail', 'logs export', 'actions', 'actions test', 'demo'],
  )
})

for (const { words, what } of all) {
  const path = [PROGRAM, ...words].join(' ')

  describe(path, () => {
    test('--help, -h and help explain it on standard output', async () => {
      const usage = new RegExp(`^Usage: ${path} `)
      const helps = [await call(...words, '--help'), await call(...words, '-h'), await call('help', ...words)]
      for (const { code, out, error } of helps) {
        assert.deepEqual([code, error], [0, ''])
        assert.match(out, usage)
        assert.match(out, /--version/)
      }
      assert.deepEqual(
        helps[0]?.out.split('\n').filter(line => line.length > 120),
        [],
      )
    })

    test('--version prints the version and nothing else', async () => {
      assert.deepEqual(await call(...words, '--version'), { code: 0, out: `${version}\n`, error: '' })
    })

    test('an option that there is not is said on standard error, with the way to help and exit code 2', async () => {
      const { code, out, error } = await call(...words, '--no-such-option')
      assert.deepEqual([code, out], [2, ''])
      assert.match(error, /^[^\n]*--no-such-option[^\n]*\n/)
      assert.match(error, / --help (explains|says)/)
    })

    if ('commands' in what) {
      test('a command that is missing or that there is not is exit code 2, with those that there are', async () => {
        for (const more of [[], ['no-such-command']]) {
          const { code, out, error } = await call(...words, ...more)
          assert.deepEqual([code, out], [2, ''])
          for (const name of Object.keys(what.commands)) assert.ok(error.includes(`  ${name} `), name)
        }
      })
    } else {
      test('help states the exit codes', async () => {
        const { out } = await call(...words, '--help')
        assert.match(out, /\b0\b.*\b1\b.*\b2\b/s)
      })
    }
  })
}

for (const args of [
  ['serve', 'now'],
  ['serve', '--port'],
  ['serve', '--admin-password', 'secret'],
  ['logs', 'tail', 'more'],
  ['logs', 'tail', '--lines'],
  ['logs', 'export', '--format', 'xml'],
  ['actions', 'test'],
  ['actions', 'test', 'a.js', 'b.js'],
  ['demo', '--devices'],
  ['demo', '--devices', '0'],
  ['demo', 'again'],
]) {
  test(`${args.join(' ')} is misuse: exit code 2, and nothing is done`, async () => {
    const { code, out, error } = await call(...args)
    assert.deepEqual([code, out], [2, ''])
    assert.match(error, /\.\nexperiment-center [a-z ]+ --help says what there is\.\n$/)
    assert.doesNotMatch(error, /secret/)
  })
}

test('help of serve has every setting, and names those that arguments cannot be', async () => {
  const { out } = await call('serve', '--help')
  for (const [, { variable, secret }] of optionEntries())
    assert.ok(
      out.includes(secret ? `\n  ${variable}\n` : `--${variable.toLowerCase().replaceAll('_', '-')} `),
      variable,
    )
})

test('what stands behind -- is no option of the command line', async () => {
  const { code, error } = await call('demo', '--', '--help')
  assert.equal(code, 2)
  assert.match(error, /--help/)
})
