/** Renders the hosted pages from their templates. Every value is escaped where it is put into HTML. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Liquid, type Template } from 'liquidjs'
import { FACTOR_PAGE_TITLES, type FactorPageData, type PasskeyOffer } from './factor-page-data.ts'

const DIRECTORY = join(import.meta.dirname, 'templates')

/** What each page is given, beside the tenant. */
export interface PageData extends FactorPageData {
  readonly login: {
    /** Where the form is sent: the page's own address. */
    readonly action: string
    readonly state: string
    readonly client_name: string
    readonly email: string
    readonly error: string | undefined
    /** Undefined when the connection takes no new users. */
    readonly other_page: string | undefined
    /** Undefined where there are none. */
    readonly passkey?: PasskeyOffer | undefined
  }
  readonly signup: {
    readonly action: string
    readonly state: string
    readonly client_name: string
    readonly email: string
    readonly error: string | undefined
    /** Which field the error is about. */
    readonly field: 'email' | 'password' | undefined
    readonly other_page: string
  }
  readonly error: {
    readonly message: string
    /** For the application's developer, such as `invalid_request`. */
    readonly code: string | undefined
  }
  readonly logout: {
    /** What the form sends back. */
    readonly fields: readonly { readonly name: string; readonly value: string }[]
    /** Who is going to be logged out; undefined for a user that was deleted. */
    readonly account: string | undefined
  }
  readonly 'logged-out': Readonly<Record<never, never>>
}

export type PageName = keyof PageData

/** The tab's title of each page; an error brings its own. */
export const PAGE_TITLES = {
  login: 'Log in',
  signup: 'Sign up',
  error: 'Something went wrong',
  logout: 'Log out',
  'logged-out': 'Logged out',
  ...FACTOR_PAGE_TITLES,
} as const satisfies Record<PageName, string>

const css = readFileSync(join(import.meta.dirname, 'pages.css'))
const fingerprint = createHash('sha256').update(css).digest('hex').slice(0, 16)

/** The style sheet; its address changes with its content, so that browsers may keep it for good. */
export const STYLESHEET = { path: `/u/assets/pages-${fingerprint}.css`, body: css } as const

const liquid = new Liquid({
  root: DIRECTORY,
  extname: '.liquid',
  cache: true,
  outputEscape: 'escape',
  strictFilters: true,
  // Only what a page was given exists: nothing is found on a prototype.
  ownPropertyOnly: true,
})

const templates = new Map<PageName, Template[]>()

const templateOf = (name: PageName): Template[] => {
  const known = templates.get(name)
  if (known) return known
  const parsed = liquid.parseFileSync(name)
  templates.set(name, parsed)
  return parsed
}

/**
 * The HTML of a page.
 * @param tenantName heads the page
 * @param title replaces the page's own
 */
export const renderPage = <Name extends PageName>(
  name: Name,
  tenantName: string,
  data: PageData[Name],
  title: string = PAGE_TITLES[name],
): string =>
  liquid.renderSync(templateOf(name), {
    ...data,
    title,
    tenant_name: tenantName,
    tenant_initial: [...tenantName.trim()][0]?.toUpperCase() ?? '',
    stylesheet: STYLESHEET.path,
  })
