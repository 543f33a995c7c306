/** The declarations for authors of Actions, as an author uses them who has installed or linked the package. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { TRIGGERS } from '../../src/actions/contract/triggers/index.ts'
import { readGuide } from '../kit/guide-commands.ts'
import { serverEnvironment, temporaryDirectory } from '../kit/server.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BIN = join(ROOT, 'node_modules/.bin')

const run = (folder: string, command: string, ...args: readonly string[]) => {
  const env = serverEnvironment({ PATH: `${BIN}:${process.env.PATH}` })
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: 'utf8' })
  return { status, stdout, output: `${stdout}${stderr}` }
}

/** What is put below node_modules, by how it came there. */
const WAYS: Readonly<Record<string, (place: string) => void>> = {
  linked: place => symlinkSync(ROOT, place),
  installed(place) {
    mkdirSync(place)
    const packed = run(ROOT, 'npm', 'pack', '--silent', '--ignore-scripts', '--pack-destination', place)
    assert.equal(packed.status, 0, packed.output)
    const unpacked = run(place, 'tar', 'xzf', packed.stdout.trim(), '--strip-components=1')
    assert.equal(unpacked.status, 0, unpacked.output)
  },
}

const CODE = `async (event, api) => {
  const { experiment } = event
  if (!experiment || experiment.is_control) return
  api.idToken.setCustomClaim('https://example.com/variation', experiment.variation_id)
  // @ts-expect-error there is no such provider
  api.multifactor.enable('sms')
  // @ts-expect-error a login that no experiment is for has none
  event.experiment.variation_id
}`

const TYPESCRIPT = `import type { PostLoginEvent } from 'experiment-center/actions/event'
import type { PostLoginApi, PostLoginHandler } from 'experiment-center/actions/post-login'
import type { PostUserRegistrationHandler } from 'experiment-center/actions/post-user-registration'
import type { PreUserRegistrationHandler } from 'experiment-center/actions/pre-user-registration'

export const onExecutePostLogin: PostLoginHandler = ${CODE}
export const onContinuePostLogin = async ({ secrets }: PostLoginEvent, api: PostLoginApi) => {
  const claims = api.redirect.validateToken({ secret: secrets.KEY ?? '' })
  api.user.setAppMetadata('seen', claims)
}
export const onExecutePreUserRegistration: PreUserRegistrationHandler = async (event, api) => {
  api.user.setUserMetadata('email', event.user.email)
  // @ts-expect-error no user has logged in yet
  api.idToken
}
export const onExecutePostUserRegistration: PostUserRegistrationHandler = async (event, api) => {
  const kept = api.cache.set(event.user.user_id, 'seen')
  if (kept.type === 'error') console.log(kept.code)
}
`

const JAVASCRIPT = `// @ts-check
/** @type {import('experiment-center/actions/post-login').PostLoginHandler} */
exports.onExecutePostLogin = ${CODE}
`

const STRICT = ['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--target', 'es2023', '--types', 'node']

/** The ways in which projects let TypeScript find packages. */
const RESOLUTIONS = [
  ['--module', 'nodenext'],
  ['--module', 'esnext', '--moduleResolution', 'bundler'],
  ['--module', 'commonjs', '--moduleResolution', 'bundler'],
]

for (const [way, place] of Object.entries(WAYS)) {
  describe(`declarations of the ${way} package`, () => {
    const folder = temporaryDirectory()
    mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'))
    place(join(folder, 'node_modules/experiment-center'))
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }')
    writeFileSync(join(folder, 'action.ts'), TYPESCRIPT)
    writeFileSync(join(folder, 'action.js'), JAVASCRIPT)

    after(() => rmSync(folder, { recursive: true, force: true }))

    for (const resolution of RESOLUTIONS) {
      test(`an Action in TypeScript is checked, with ${resolution.join(' ')}`, () => {
        const { status, output } = run(folder, 'tsc', ...STRICT, ...resolution, 'action.ts')
        assert.equal(status, 0, output)
      })
    }

    test('an Action in JavaScript is checked by a comment', () => {
      const { status, output } = run(folder, 'tsc', ...STRICT, '--module', 'nodenext', '--allowJs', 'action.js')
      assert.equal(status, 0, output)
    })

    test('the examples of the guide that name their types are right', () => {
      const blocks = readGuide('docs/guides/writing-actions.md')
      const typed = blocks.filter(({ language, text }) => language === 'ts' || text.includes('@type'))
      assert.deepEqual(
        typed.map(({ note }) => note),
        ['hello.js', 'plan.ts'],
      )
      for (const { note, text } of typed) writeFileSync(join(folder, note), text)
      const { status, output } = run(
        folder,
        'tsc',
        ...STRICT,
        '--module',
        'nodenext',
        '--allowJs',
        'hello.js',
        'plan.ts',
      )
      assert.equal(status, 0, output)
    })

    test('every trigger has its declarations under its id, and nothing else of the package can be imported', () => {
      const names = Object.keys(TRIGGERS).map(id => `import type {} from 'experiment-center/actions/${id}'`)
      const others = ['src/app.ts', 'actions/declarations', 'actions/post-login.d.ts'].map(
        name => `// @ts-expect-error it is not for authors\nimport type {} from 'experiment-center/${name}'`,
      )
      writeFileSync(join(folder, 'imports.ts'), [...names, ...others, ''].join('\n'))
      const { status, output } = run(folder, 'tsc', ...STRICT, '--module', 'nodenext', 'imports.ts')
      assert.equal(status, 0, output)
    })
  })
}
