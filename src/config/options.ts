/**
 * The table of settings: the variable, what it takes, its default and its documentation in one entry.
 * docs/reference/configuration.md is generated from it.
 */

import { LIMIT_OPTIONS } from './limit-options.ts'
import {
  callbacks,
  email,
  headerName,
  hosts,
  key,
  matching,
  oneOf,
  origin,
  path,
  type Read,
  wholeNumber,
} from './setting-kinds.ts'

export interface Option<T = unknown> {
  /** The environment variable. The command line takes the same as `--lower-case-with-hyphens`, except secrets. */
  readonly variable: string
  readonly read: Read<T>
  /** Completes "… must be". */
  readonly expects: string
  /** Text that is read when nothing is set. */
  readonly default?: string
  /** For the reference: what happens when nothing is set and there is no fixed default. */
  readonly otherwise?: string
  readonly doc: string
  /** For the reference: what a start does with it when the tenant exists. Without it, each start reads it anew. */
  readonly later?: string
  /** Its value is never repeated in a message, and not taken from the command line, which every process can read. */
  readonly secret?: true
}

/** An attacker who guesses a secret may do so for years, from as many addresses as there are: only its length stops that. */
const CLIENT_SECRET = /^[\x20-\x7e]{32,256}$/
const EXPECTED_SECRET = '32 to 256 printable ASCII characters (openssl rand -hex 32 makes some)'
const CLIENT_ID = /^[\x21-\x7e]{1,128}$/

export const OPTIONS = {
  port: {
    variable: 'PORT',
    read: wholeNumber(1, 65_535),
    expects: 'a port number from 1 to 65535',
    default: '3000',
    doc: 'The port on which the server accepts requests.',
  },
  host: {
    variable: 'HOST',
    read: matching(/^[\w.:-]{1,255}$/),
    expects: 'an IP address or a host name, without a scheme or a port',
    default: '127.0.0.1',
    doc: 'The address on which it listens. `0.0.0.0` accepts requests from other machines.',
  },
  issuer: {
    variable: 'ISSUER',
    read: origin,
    expects: 'an http or https address without a path, such as https://login.example.com/',
    otherwise: '`http://localhost:PORT/`',
    doc: 'The public address of the server and the `iss` of its tokens; it always ends with a slash. With https, cookies are `Secure`.',
  },
  dataDir: {
    variable: 'DATA_DIR',
    read: path,
    expects: 'a path',
    default: './data',
    doc: 'Where `credentials.json` and the embedded database live. One server at a time uses the embedded database of a directory.',
  },
  databaseUrl: {
    variable: 'DATABASE_URL',
    read: matching(/^postgres(ql)?:\/\/\S+$/),
    expects: 'an address that begins with postgresql://',
    otherwise: 'a PostgreSQL of its own is started in `DATA_DIR`',
    doc: 'A PostgreSQL 15 or newer of yours; several servers may share it. Poolers must keep sessions (not transactions) together.',
    secret: true,
  },
  databaseMaxConnections: {
    variable: 'DATABASE_MAX_CONNECTIONS',
    read: wholeNumber(6, 1_000),
    expects: 'a whole number from 6 to 1000',
    default: '20',
    doc: 'The most connections that this server opens to the database. A third of them is for the Management API and log streams, so that their callers never take those of logins.',
  },
  tenant: {
    variable: 'TENANT',
    read: matching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
    expects: 'at most 63 lower-case letters, digits and inner hyphens',
    default: 'dev',
    doc: 'The name of the tenant that the first start creates.',
    later: 'Another name than that of the tenant in the database is refused: a database holds one.',
  },
  managementClientId: {
    variable: 'MANAGEMENT_CLIENT_ID',
    read: matching(CLIENT_ID),
    expects: 'at most 128 printable ASCII characters without spaces',
    otherwise: 'generated on the first start',
    doc: 'The machine-to-machine client that may do everything in the Management API.',
    later: 'A client id cannot be changed: another one than that of the tenant is refused.',
  },
  managementClientSecret: {
    variable: 'MANAGEMENT_CLIENT_SECRET',
    read: matching(CLIENT_SECRET),
    expects: EXPECTED_SECRET,
    otherwise: 'generated on the first start',
    doc: 'Its secret.',
    later: 'A new value is applied.',
    secret: true,
  },
  appClientId: {
    variable: 'APP_CLIENT_ID',
    read: matching(CLIENT_ID),
    expects: 'at most 128 printable ASCII characters without spaces',
    otherwise: 'generated on the first start',
    doc: 'A regular web application, to log in with.',
    later: 'A client id cannot be changed: another one than that of the tenant is refused.',
  },
  appClientSecret: {
    variable: 'APP_CLIENT_SECRET',
    read: matching(CLIENT_SECRET),
    expects: EXPECTED_SECRET,
    otherwise: 'generated on the first start',
    doc: 'Its secret.',
    later: 'A new value is applied.',
    secret: true,
  },
  appCallbacks: {
    variable: 'APP_CALLBACKS',
    read: callbacks,
    expects: 'absolute addresses without a fragment, separated by commas',
    otherwise: '`ISSUER` + `callback`, a page of the server',
    doc: 'Where the application may be returned to after a login; a comma-separated list. The page of the server shows who has logged in, the variation, the events in the log and the claims of the ID token.',
    later: 'A new value is applied, with the addresses for after a logout that follow from it.',
  },
  adminEmail: {
    variable: 'ADMIN_EMAIL',
    read: email,
    expects: 'an e-mail address',
    default: 'admin@example.com',
    doc: 'The administrator, a user of the connection `Username-Password-Authentication`.',
    later: 'A new value is refused, unless the administrator has that address: it is changed over the Management API.',
  },
  adminPassword: {
    variable: 'ADMIN_PASSWORD',
    read: matching(/^.{8,128}$/su),
    expects: '8 to 128 characters long',
    otherwise: 'generated on the first start',
    doc: "The administrator's password.",
    later:
      'A new value is applied and ends the sessions of the administrator. One that stands still does not undo a password that the administrator has chosen since.',
    secret: true,
  },
  encryptionKey: {
    variable: 'ENCRYPTION_KEY',
    read: key,
    expects: '32 bytes in base64 or hexadecimal (openssl rand -base64 32)',
    otherwise: 'a key kept in the database',
    doc: 'Seals client secrets and signing keys in the database. Set it to keep the key apart from the data: a copy of the database alone is then of no use. It cannot be changed later, and all servers of a database need the same.',
    later: 'Another key than that of the first start is refused.',
    secret: true,
  },
  trustedProxyHops: {
    variable: 'TRUST_PROXY',
    read: wholeNumber(0, 10),
    expects: 'the number of reverse proxies in front of the server, from 0 to 10',
    default: '0',
    doc: 'How many reverse proxies stand in front. The address of a client is the entry that the outermost of them appended to `X-Forwarded-For`; with 0 the header is ignored, because any client can send it. Behind a proxy, 0 makes all clients one address, with one share of everything that is limited for each network.',
  },
  geoCountryHeader: {
    variable: 'GEO_COUNTRY_HEADER',
    read: headerName,
    expects: 'the name of a header, such as CF-IPCountry',
    otherwise: 'the country is looked up by address',
    doc: 'A header in which a proxy tells the country of a client. Only for a proxy that always sets it, as clients could send it too.',
  },
  geoRegionHeader: {
    variable: 'GEO_REGION_HEADER',
    read: headerName,
    expects: 'the name of a header, such as CF-Region-Code',
    otherwise: 'regions are not known',
    doc: 'The same for the region.',
  },
  actionsAllowedHosts: {
    variable: 'ACTIONS_ALLOWED_HOSTS',
    read: hosts,
    expects: 'hosts, each with or without a port, separated by commas, such as crm.internal:8080,10.0.0.7',
    otherwise: 'every private address is refused',
    doc: 'The servers on private addresses that `fetch` of an Action may call. A host is compared as it is written in the address, and without a port it means 80 and 443. Callers who may deploy Actions can then call these servers; addresses where clouds keep metadata stay refused.',
  },
  logStreamLocal: {
    variable: 'LOG_STREAM_LOCAL',
    read: oneOf('allow', 'refuse'),
    expects: 'allow or refuse',
    default: 'refuse',
    doc: 'Whether log streams may go to private addresses and over plain http. Callers who may create streams can then reach into your network from here; addresses where clouds keep metadata stay refused.',
  },
  logStreamDir: {
    variable: 'LOG_STREAM_DIR',
    read: path,
    expects: 'a path',
    otherwise: '`log-streams` in `DATA_DIR`',
    doc: 'Where log streams of type `file` write, each tenant in a folder of its own. The file `.owner` in it keeps it for this installation: remove it to hand the folder to another.',
  },
  logRetentionDays: {
    variable: 'LOG_RETENTION_DAYS',
    read: wholeNumber(1, 180),
    expects: 'a whole number of days from 1 to 180',
    default: '30',
    doc: 'For how many days the tenant log is kept. Older days are dropped, also when a log stream has not delivered them; its health says so. What must be kept for longer is streamed or exported. All servers of a database should have the same: the shortest wins.',
  },
  ...LIMIT_OPTIONS,
  logLevel: {
    variable: 'LOG_LEVEL',
    read: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    expects: 'fatal, error, warn, info, debug, trace or silent',
    default: 'info',
    doc: "How much the server writes to its own log on standard error. The tenant's log is not affected.",
  },
} as const satisfies Record<string, Option>

export type OptionName = keyof typeof OPTIONS

/** The entries of the table, in its order. */
export const optionEntries = (): readonly (readonly [OptionName, Option])[] =>
  Object.entries(OPTIONS) as [OptionName, Option][] // the keys of a constant

/** The flag of the command line that sets an option: `--data-dir` for DATA_DIR. */
export const flagOf = ({ variable }: Option): string => `--${variable.toLowerCase().replaceAll('_', '-')}`
