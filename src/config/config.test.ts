import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from './config.ts'
import { flagOf, OPTIONS, optionEntries } from './options.ts'

test('without any setting there is a complete configuration for one machine', () => {
  assert.deepEqual(loadConfig({}), {
    port: 3000,
    host: '127.0.0.1',
    issuer: 'http://localhost:3000/',
    dataDir: resolve('data'),
    databaseUrl: undefined,
    databaseMaxConnections: 20,
    tenant: 'dev',
    managementClientId: undefined,
    managementClientSecret: undefined,
    appClientId: undefined,
    appClientSecret: undefined,
    appCallbacks: ['http://localhost:3000/callback'],
    adminEmail: 'admin@example.com',
    adminPassword: undefined,
    encryptionKey: undefined,
    trustedProxyHops: 0,
    geoCountryHeader: undefined,
    geoRegionHeader: undefined,
    actionsAllowedHosts: undefined,
    logStreamLocal: 'refuse',
    logStreamDir: undefined,
    logRetentionDays: 30,
    limitAuthorize: { burst: 3_000, secondsEach: 0.01 },
    limitAuthorizeTenant: { burst: 50_000, secondsEach: 0.002 },
    limitManagementApi: { burst: 2_000, secondsEach: 0.005 },
    limitLoggedRefusals: { burst: 300, secondsEach: 6 },
    limitFailedLogins: { burst: 100, secondsEach: 864 },
    limitFailedSignups: { burst: 100, secondsEach: 864 },
    limitClientSecrets: { burst: 20, secondsEach: 60 },
    limitAccount: { failures: 10, seconds: 900 },
    limitFactors: { failures: 5, seconds: 900 },
    logLevel: 'info',
    managementAudience: 'http://localhost:3000/api/v2/',
    secureCookies: false,
    given: [],
  })
})

test('the configuration says what was set, also to what is the default', () => {
  assert.deepEqual(loadConfig({ PORT: '3000', ADMIN_EMAIL: '' }, ['--tenant', 'acme']).given, ['port', 'tenant'])
})

test('a configuration cannot be changed afterwards', () => {
  const config = loadConfig({})
  assert.ok(Object.isFrozen(config))
  assert.ok(Object.isFrozen(config.appCallbacks))
})

test('the issuer follows the port, always ends with a slash, and https makes cookies secure', () => {
  assert.equal(loadConfig({ PORT: '4000' }).issuer, 'http://localhost:4000/')
  const config = loadConfig({ ISSUER: 'https://Login.Example.com' })
  assert.equal(config.issuer, 'https://login.example.com/')
  assert.equal(config.managementAudience, 'https://login.example.com/api/v2/')
  assert.equal(config.secureCookies, true)
})

test('arguments win over the environment, and an empty variable counts as not set', () => {
  assert.equal(loadConfig({ PORT: '4000' }, ['--port', '5000']).port, 5000)
  assert.equal(loadConfig({}, ['--data-dir=/var/lib/ec']).dataDir, '/var/lib/ec')
  assert.equal(loadConfig({ PORT: '', DATABASE_URL: '' }).port, 3000)
})

for (const [variable, text, read] of [
  [
    'APP_CALLBACKS',
    'https://a.example/cb, com.example.app:/done',
    { appCallbacks: ['https://a.example/cb', 'com.example.app:/done'] },
  ],
  [
    'DATABASE_URL',
    'postgresql://u:p@/db?host=/run/postgresql',
    { databaseUrl: 'postgresql://u:p@/db?host=/run/postgresql' },
  ],
  ['GEO_COUNTRY_HEADER', 'CF-IPCountry', { geoCountryHeader: 'cf-ipcountry' }],
  ['TRUST_PROXY', '2', { trustedProxyHops: 2 }],
  ['LOG_STREAM_LOCAL', 'allow', { logStreamLocal: 'allow' }],
  ['HOST', '::1', { host: '::1' }],
  ['LIMIT_AUTHORIZE', 'off', { limitAuthorize: 'off' }],
  ['LIMIT_FAILED_LOGINS', '50/hour', { limitFailedLogins: { burst: 50, secondsEach: 72 } }],
  ['LIMIT_ACCOUNT', 'off', { limitAccount: 'off' }],
  ['LIMIT_FACTORS', '3,60', { limitFactors: { failures: 3, seconds: 60 } }],
  ['ENCRYPTION_KEY', '00'.repeat(32), { encryptionKey: new Uint8Array(32) }],
  ['ENCRYPTION_KEY', `${'A'.repeat(43)}=`, { encryptionKey: new Uint8Array(32) }],
  ['ADMIN_PASSWORD', 'pässwörter', { adminPassword: 'pässwörter' }],
] as const) {
  test(`${variable}=${text} is understood`, () => {
    assert.partialDeepStrictEqual(loadConfig({ [variable]: text }), read)
  })
}

for (const [variable, text, message] of [
  ['PORT', 'many', 'PORT must be a port number from 1 to 65535, not "many".'],
  ['PORT', '0', 'PORT must be a port number from 1 to 65535, not "0".'],
  ['PORT', '1e3', 'PORT must be a port number from 1 to 65535, not "1e3".'],
  ['HOST', 'http://x', 'HOST must be an IP address or a host name, without a scheme or a port, not "http://x".'],
  [
    'TRUST_PROXY',
    'true',
    'TRUST_PROXY must be the number of reverse proxies in front of the server, from 0 to 10, not "true".',
  ],
  ['TENANT', 'My Tenant', 'TENANT must be at most 63 lower-case letters, digits and inner hyphens, not "My Tenant".'],
  ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent, not "loud".'],
  ['DATABASE_URL', 'mysql://root:hunter2@x/y', 'DATABASE_URL must be an address that begins with postgresql://.'],
  ['ADMIN_PASSWORD', 'short', 'ADMIN_PASSWORD must be 8 to 128 characters long.'],
  [
    'MANAGEMENT_CLIENT_SECRET',
    'x'.repeat(31),
    'MANAGEMENT_CLIENT_SECRET must be 32 to 256 printable ASCII characters (openssl rand -hex 32 makes some).',
  ],
  [
    'APP_CLIENT_SECRET',
    's',
    'APP_CLIENT_SECRET must be 32 to 256 printable ASCII characters (openssl rand -hex 32 makes some).',
  ],
  ['ENCRYPTION_KEY', 'c2hvcnQ=', 'ENCRYPTION_KEY must be 32 bytes in base64 or hexadecimal (openssl rand -base64 32).'],
  ['GEO_REGION_HEADER', 'a b', 'GEO_REGION_HEADER must be the name of a header, such as CF-Region-Code, not "a b".'],
  ['ADMIN_EMAIL', 'admin', 'ADMIN_EMAIL must be an e-mail address, not "admin".'],
  ['ADMIN_EMAIL', 'ops\u200B@example.com', 'ADMIN_EMAIL must be an e-mail address, not "ops\u200B@example.com".'],
] as const) {
  test(`${variable}=${text} is refused with a sentence`, () => {
    assert.throws(() => loadConfig({ [variable]: text }), { name: 'StartupError', message })
  })
}

for (const text of ['0/second', '100', '100/week', '1.5/second', '100/second,0', '100/second,', '-1/day', 'on']) {
  test(`LIMIT_AUTHORIZE=${text} is refused`, () => {
    assert.throws(() => loadConfig({ LIMIT_AUTHORIZE: text }), {
      message: /^LIMIT_AUTHORIZE must be a number per second/,
    })
  })
}

for (const text of ['0,900', '10,0', '10', '10,900,1', 'never']) {
  test(`LIMIT_ACCOUNT=${text} is refused`, () => {
    assert.throws(() => loadConfig({ LIMIT_ACCOUNT: text }), { message: /^LIMIT_ACCOUNT must be two whole numbers/ })
  })
}

for (const issuer of [
  'not a url',
  'ftp://x/',
  'https://x/auth',
  'https://x/?a',
  'https://x/#a',
  'https://u:p@x/',
  '//x',
]) {
  test(`ISSUER=${issuer} is refused`, () => {
    assert.throws(() => loadConfig({ ISSUER: issuer }), { message: /^ISSUER must be an http or https address/ })
  })
}

test('hosts that Actions may call are exact, and mean both ports of the web without one', () => {
  const { actionsAllowedHosts } = loadConfig({ ACTIONS_ALLOWED_HOSTS: 'CRM.internal:8080, 10.0.0.7,[fd00::1]:443' })
  assert.deepEqual(
    [...(actionsAllowedHosts ?? [])],
    ['crm.internal:8080', '10.0.0.7:80', '10.0.0.7:443', '[fd00::1]:443'],
  )
  assert.equal(loadConfig({}).actionsAllowedHosts, undefined)
})

for (const list of [
  '*',
  '*.internal',
  'http://crm.internal',
  'crm.internal/path',
  'user@crm.internal',
  'crm.internal:99999',
  '10.0.0.0/8',
  'a,,b',
  '169.254.169.254',
  '[fd00:ec2::254]:80',
  '[::]',
]) {
  test(`ACTIONS_ALLOWED_HOSTS=${list} is refused`, () => {
    assert.throws(() => loadConfig({ ACTIONS_ALLOWED_HOSTS: list }), {
      message: /^ACTIONS_ALLOWED_HOSTS must be hosts/,
    })
  })
}

for (const callback of ['/callback', 'javascript:alert(1)', 'https://x/#a', 'https://x/,', 'data:text/html,x']) {
  test(`APP_CALLBACKS=${callback} is refused`, () => {
    assert.throws(() => loadConfig({ APP_CALLBACKS: callback }), {
      message: /^APP_CALLBACKS must be absolute addresses/,
    })
  })
}

test('every setting that cannot be is said at once, one line each', () => {
  assert.throws(
    () => loadConfig({ PORT: 'x', TENANT: '-' }),
    (error: Error) => error.message.split('\n').length === 2,
  )
})

test('a long value is cut and a control character escaped, so that a message stays one line', () => {
  assert.throws(() => loadConfig({ TENANT: `a\n${'b'.repeat(200)}` }), { message: /^[^\n]{1,200}$/ })
})

test('secrets are not taken from the command line', () => {
  assert.throws(() => loadConfig({}, ['--admin-password', 'correct horse']), {
    message:
      '--admin-password is not accepted on the command line, which every process can read: set ADMIN_PASSWORD in the environment.',
  })
})

for (const [args, message] of [
  [['--prot', '1'], 'There is no setting --prot. The settings are listed in docs/reference/configuration.md.'],
  [['here'], 'The argument here is not understood. The settings are listed in docs/reference/configuration.md.'],
  [['--port'], '--port needs a value: it must be a port number from 1 to 65535.'],
  [['--port', 'x'], '--port must be a port number from 1 to 65535, not "x".'],
] as const) {
  test(`the arguments ${args.join(' ')} are refused with a sentence`, () => {
    assert.throws(() => loadConfig({}, args), { name: 'MisuseError', exitCode: 2, message })
  })
}

test('every entry of the table has a readable default, or says what happens without one', () => {
  for (const [name, option] of optionEntries()) {
    if (option.default === undefined) assert.ok(option.otherwise, name)
    else assert.notEqual(option.read(option.default), undefined, name)
    assert.match(option.variable, /^[A-Z][A-Z_]+$/)
    assert.match(option.doc, /\.$/)
  }
  const names = optionEntries().flatMap(([, option]) => [option.variable, flagOf(option)])
  assert.equal(new Set(names).size, names.length)
  assert.equal(Object.keys(loadConfig({})).length, Object.keys(OPTIONS).length + 3)
})
