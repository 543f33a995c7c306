import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launcherLinks, type ProcessTable } from './launcher.ts'

/** Each process is the parent of the next; the last one, number 3, asks. */
const ancestry = (...commands: readonly string[]): ProcessTable => {
  const first = 3 - commands.length + 1
  return {
    commandOf: pid => commands[pid - first]?.split(' ') ?? [],
    parentOf: pid => (pid >= first ? pid - 1 : undefined),
  }
}

const SERVER = 'node src/main.ts serve'

for (const [what, processes, script, links] of [
  ['npm itself, where the shell has become the server', ['npm start', SERVER], 'exec node', [[3, 2]]],
  [
    'the shell and npm',
    ['npm exec experiment-center', "sh -c 'x' serve", SERVER],
    'x',
    [
      [3, 2],
      [2, 1],
    ],
  ],
  [
    'npm under its whole name',
    ['node /usr/lib/node_modules/npm/bin/npm-cli.js start', 'sh -c x', SERVER],
    'x',
    [
      [3, 2],
      [2, 1],
    ],
  ],
  [
    'another package manager',
    ['node /opt/pnpm.cjs start', 'sh -c x', SERVER],
    'x && y > log 2>&1',
    [
      [3, 2],
      [2, 1],
    ],
  ],
  [
    'nothing, where a script leaves it in the background',
    ['npm run up', 'sh -c x', SERVER],
    'experiment-center serve > log 2>&1 &',
    [],
  ],
  [
    'nothing, where a script goes on after that',
    ['npm run up', 'sh -c x', SERVER],
    'x serve & wait-on http://localhost:3000',
    [],
  ],
  ['nothing, where it is to outlive its terminal', ['npm run up', 'sh -c x', SERVER], 'nohup x serve', []],
  [
    'nothing, where a program of a script has started it',
    ['npm run e2e', 'sh -c x', 'node runner.js', SERVER],
    'x',
    [],
  ],
  ['nothing without npm', ['bash', 'sh -c x', SERVER], undefined, []],
  ['nothing where the shell has ended already', [SERVER], 'x', []],
] as const) {
  test(`a command stays with ${what}`, () => {
    const environment = script === undefined ? {} : { npm_lifecycle_script: script }
    assert.deepEqual(launcherLinks(3, ancestry(...processes), environment), links)
  })
}
