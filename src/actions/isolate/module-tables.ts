/** Modules of Node: what an Action can require beside its own dependencies, and what it must do without. */

/** Name → what of it there is. */
export const NODE_MODULES = {
  assert: 'All of it; deepEqual compares strictly.',
  'assert/strict': 'The same, strictly.',
  buffer: 'Buffer, Blob, File, atob and btoa.',
  crypto:
    'Hashes, HMAC, AES, random values, keys, signatures with RSA (up to 4096 bits), EC and Ed25519, PBKDF2, HKDF, and webcrypto.',
  events: 'EventEmitter and once.',
  path: 'For paths with slashes; relative paths begin at the root.',
  'path/posix': 'The same.',
  process: 'The global.',
  punycode: 'All of it.',
  querystring: 'All of it, without decoders of your own.',
  stream: 'The streams of Node, in memory.',
  'stream/consumers': 'text, json, buffer and arrayBuffer.',
  'stream/promises': 'pipeline and finished.',
  'stream/web': 'The streams of the web, which are globals too.',
  string_decoder: 'All of it.',
  timers: 'The globals.',
  'timers/promises': 'setTimeout and setImmediate.',
  url: 'URL and URLSearchParams, and parse, format and resolve.',
  util: 'format, inspect, promisify, callbackify, inherits, types, isDeepStrictEqual, TextEncoder and TextDecoder.',
  'util/types': 'types of util.',
} as const satisfies Record<string, string>

export type NodeModuleName = keyof typeof NODE_MODULES

const NETWORK = 'requests are made with fetch'
const PROCESSES = 'an Action cannot start anything'
const MACHINE = 'an Action knows nothing of the machine'

/** Name → why it is missing, or what to use instead; the end of the sentence "Actions do not have it: …". */
export const REFUSED_MODULES: Readonly<Record<string, string>> = {
  async_hooks: 'an instance serves one call at a time, so a variable will do',
  child_process: PROCESSES,
  cluster: PROCESSES,
  console: 'console is a global',
  constants: 'crypto.constants has what there is',
  dgram: NETWORK,
  diagnostics_channel: 'console.log writes to the log of the execution',
  dns: NETWORK,
  domain: 'errors of promises are caught with try and await',
  fs: 'there are no files; keep data in event.secrets, in api.cache or behind fetch',
  http: NETWORK,
  http2: NETWORK,
  https: NETWORK,
  inspector: 'console.log writes to the log of the execution',
  module: 'require loads dependencies of the Action',
  net: NETWORK,
  os: MACHINE,
  perf_hooks: 'performance is a global',
  readline: 'no user types here',
  repl: 'no user types here',
  sea: 'nothing is built here',
  sqlite: 'there are no files; keep data behind fetch',
  test: 'Actions are tested with experiment-center actions test',
  tls: NETWORK,
  trace_events: 'console.log writes to the log of the execution',
  tty: 'no user types here',
  v8: MACHINE,
  vm: 'code is loaded with require',
  wasi: 'WebAssembly is not available',
  sys: 'it was a name of util',
  worker_threads: PROCESSES,
  zlib: 'fetch asks for bodies that are not compressed',
}

/** The entry of a module or of the module that it is a part of, such as `fs/promises`. */
export const refusalOf = (id: string): string | undefined => {
  const name = id.split('/')[0] ?? ''
  return Object.hasOwn(REFUSED_MODULES, name) ? REFUSED_MODULES[name] : undefined
}
