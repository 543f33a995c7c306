/** The Management API with a real sandbox behind it, called with every scope of Actions. */

import assert from 'node:assert/strict'
import type { ActionPorts } from '../../src/api/actions/action-ports.ts'
import { systemRandom } from '../../src/base/random.ts'
import { createSecretBox } from '../../src/base/secret-box.ts'
import { startRunner } from './action-runner.ts'
import { type Answer, createTestApi, signToken, type TestApi } from './management-api.ts'

/** A handler that does nothing. */
export const CODE = 'exports.onExecutePostLogin = async () => {}'

/** Bundles nothing: every package is known and empty, but for one that the registry does not have. */
const build: ActionPorts['build'] = async (code, dependencies) =>
  dependencies.some(({ name }) => name === 'no-such-package')
    ? { errors: [{ id: 'dependency', msg: 'no-such-package@latest: the registry does not have it' }] }
    : { program: code, dependencies: dependencies.map(({ name }) => ({ name, version: '1.2.3' })) }

export interface ActionApi extends TestApi {
  /** Calls below `/api/v2/actions`. */
  readonly act: (method: string, path: string, body?: unknown) => Promise<Answer>
  /** Creates an Action for post-login, with wishes on top; returns its id. */
  readonly create: (wishes?: object) => Promise<string>
  /** Creates an Action and deploys it; returns its id. */
  readonly deployed: (wishes?: object) => Promise<string>
}

let names = 0

/** A name that no other Action of this process has. */
export const newName = (): string => `Action ${++names}`

/** @param ports what replaces the sandbox, the bundler or the secret box */
export const createActionApi = async (ports: Partial<ActionPorts> = {}): Promise<ActionApi> => {
  const secrets = createSecretBox(systemRandom(32))
  const api = await createTestApi({ actions: { runner: ports.runner ?? startRunner(), build, secrets, ...ports } })
  const verbs = ['create', 'read', 'update', 'delete']
  const authorization = `Bearer ${await signToken({ scope: verbs.map(verb => `${verb}:actions`).join(' ') })}`
  const act: ActionApi['act'] = (method, path, body) =>
    api.call(method, `/api/v2/actions${path}`, body, { authorization })
  const create: ActionApi['create'] = async wishes => {
    const body = { name: newName(), supported_triggers: [{ id: 'post-login' }], code: CODE, ...wishes }
    const answer = await act('POST', '/actions', body)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    return answer.body.id
  }
  return {
    ...api,
    act,
    create,
    deployed: async wishes => {
      const id = await create(wishes)
      assert.equal((await act('POST', `/actions/${id}/deploy`)).body.status, 'built')
      return id
    },
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  }
}
