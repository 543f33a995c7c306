/** Renders the hosted pages from their templates. Every value is escaped where it is put into HTML. */

import { join } from 'node:path'
import { Liquid, type Template } from 'liquidjs'
import { FACTOR_PAGE_TITLES, type FactorPageData, type PasskeyOffer, type PersonPage } from './factor-page-data.ts'
import { ICON, STYLESHEET } from './page-files.ts'

/** Where the browser begins, without a script: one member is true. */
export type Focus<Place extends string> = { readonly [Name in Place]?: true }

/** A link by which a page leads on. */
export interface WayOn {
  readonly href: string
  readonly label: string
}

/** What each page is given, beside the tenant. */
export interface PageData extends FactorPageData {
  readonly login: {
    /** Where the form is sent: the page's own address. */
    readonly action: string
    readonly state: string
    readonly client_name: string
    readonly email: string
    readonly error: string | undefined
    /** Whether the error is about the fields. */
    readonly invalid: boolean
    readonly focus: Focus<'username' | 'password' | 'problem'>
    /** Ids of what describes the password, separated by spaces. */
    readonly described_by: string | undefined
    /** Address of the page's own script. */
    readonly script: string
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
    /** About no field. */
    readonly error: string | undefined
    readonly email_problem: string | undefined
    readonly password_problem: string | undefined
    readonly focus: Focus<'email' | 'password' | 'problem'>
    readonly described_by: string
    readonly script: string
    readonly other_page: string
  }
  readonly error: {
    readonly message: string
    /** For the application's developer, such as `invalid_request`. */
    readonly code: string | undefined
    readonly next: WayOn
  }
  /** How a login went on without this page. */
  readonly notice: {
    readonly message: string
    readonly next: WayOn
    /** When the first link may lead nowhere. */
    readonly otherwise: WayOn | undefined
  }
  /** Of the first application, for as long as it has no address of its own. */
  readonly callback: PersonPage & {
    readonly client_name: string
    readonly variations: readonly {
      readonly name: string
      readonly variation_id: string
      readonly experiment_id: string
    }[]
    readonly events: readonly { readonly type: string; readonly description: string; readonly id: string }[]
    /** JSON. */
    readonly claims: string
    readonly log_out: string
  }
  readonly 'callback-error': {
    readonly message: string
    /** What the application was told. */
    readonly code: string | undefined
    readonly description: string | undefined
  }
  readonly logout: {
    /** What the form sends back. */
    readonly fields: readonly { readonly name: string; readonly value: string }[]
    /** Who is going to be logged out; undefined for a user that was deleted. */
    readonly account: string | undefined
  }
  readonly 'logged-out': { readonly next: WayOn }
  readonly welcome: {
    readonly client_name: string
    /** Begins a login; undefined where no application can end it. */
    readonly login: string | undefined
  }
}

export type PageName = keyof PageData

/** The tab's title of each page; errors and notices bring their own. */
export const PAGE_TITLES = {
  login: 'Log in',
  signup: 'Sign up',
  error: 'Something went wrong',
  notice: 'Log in',
  callback: 'You are logged in',
  'callback-error': 'You are not logged in',
  logout: 'Log out',
  'logged-out': 'Logged out',
  welcome: 'The server is running',
  ...FACTOR_PAGE_TITLES,
} as const satisfies Record<PageName, string>

const liquid = new Liquid({
  root: join(import.meta.dirname, 'templates'),
  partials: join(import.meta.dirname, 'parts'),
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

const PROBLEMS = ['error', 'email_problem', 'password_problem']

/** The tab's title: it is the first thing that a screen reader says of a page, so it begins with what is wrong. */
const titleOf = (data: object, title: string): string => {
  const isProblem = Object.entries(data).some(([name, value]) => PROBLEMS.includes(name) && value !== undefined)
  return isProblem ? `Error: ${title}` : title
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
    title: titleOf(data, title),
    tenant_name: tenantName,
    tenant_initial: [...tenantName.trim()][0]?.toUpperCase() ?? '',
    stylesheet: STYLESHEET.path,
    icon: ICON.path,
  })
