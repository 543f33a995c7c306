/**
 * The peer of `bench/actions.ts`: isolated-vm in a child over Node's own channel and nothing else: no limits on time,
 * output or requests, no checks of what comes back, the optimizing compiler on.
 */

import ivm from 'isolated-vm'

const isolate = new ivm.Isolate({ memoryLimit: 64 })
const context = await isolate.createContext()
const code = process.argv[2] ?? ''
const run = await context.eval(
  `(() => {
  const exports = {}
  ;(() => { ${code} })()
  return async text => {
    const calls = []
    const group = name => new Proxy({}, { get: (_, member) => (...args) => { calls.push([name + '.' + member, ...args]) } })
    const api = { multifactor: group('multifactor'), idToken: group('idToken'), accessToken: group('accessToken') }
    await exports.onExecutePostLogin(JSON.parse(text), api)
    return JSON.stringify(calls)
  }
})()`,
  { reference: true },
)
process.on('message', async text => {
  process.send?.(await run.apply(undefined, [text], { result: { promise: true } }))
})
process.send?.('ready')
