/** How a simulated person answers the passkey enrolment page: some create a passkey, the others say "not now". */

import { DemoFailure, type Visit } from './simulated-browser.ts'
import { type CreationRequest, createSoftwareAuthenticator } from './software-authenticator.ts'

const ENTITIES: Record<string, string> = {
  '&quot;': '"',
  '&#34;': '"',
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
}

const unescapeHtml = (html: string): string =>
  html.replaceAll(/&(?:quot|#34|#39|lt|gt|amp);/g, entity => ENTITIES[entity] ?? entity)

/** What the page would hand to `navigator.credentials.create()`. */
const creationRequest = (html: string): CreationRequest => {
  const options = /data-options="([^"]*)"/.exec(html)?.[1]
  if (!options) throw new DemoFailure('the enrolment page offers no passkey')
  const parsed = JSON.parse(unescapeHtml(options)) as CreationRequest & { readonly publicKey?: CreationRequest } // the server's own JSON
  return parsed.publicKey ?? parsed
}

/**
 * The fields with which a person answers a page that stands between password and application.
 *
 * @param enrols whether this person creates a passkey when asked
 * @throws DemoFailure for a page that the demo does not expect
 */
export const answerEnrollment = (page: Visit, enrols: boolean): Record<string, string> => {
  if (page.url.pathname !== '/u/passkey-enrollment') {
    throw new DemoFailure(`${page.url.pathname} was shown instead of the application`)
  }
  if (!enrols) return { action: 'abort-passkey-enrollment' }
  const credential = createSoftwareAuthenticator(page.url.origin).create(creationRequest(page.html ?? ''))
  return { passkey: JSON.stringify(credential) }
}
