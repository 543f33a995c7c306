import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainSubcommand, SUBCOMMANDS } from './command.ts'

for (const [name, subcommand] of Object.entries(SUBCOMMANDS)) {
  test(`logs ${name} --help names every flag and the exit codes, in lines that fit`, () => {
    const text = explainSubcommand(name, subcommand)
    for (const flag of Object.keys(subcommand.flags)) assert.ok(text.includes(`--${flag} `), flag)
    for (const code of ['0', '1', '2']) assert.match(subcommand.note, new RegExp(`\\b${code}\\b`))
    assert.deepEqual(
      text.split('\n').filter(line => line.length > 120),
      [],
    )
  })
}
