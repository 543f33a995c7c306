/** Files of the hosted pages. */

import type { Exchange } from '../exchange.ts'
import { renderPage, STYLESHEET } from '../pages/pages.ts'
import { sendFile, sendPage } from './reply.ts'

/** The style sheet under its fingerprinted address; browsers keep it, since its content never changes there. */
export const serveAsset = async ({ url, response, tenant }: Exchange): Promise<void> => {
  if (url.pathname === STYLESHEET.path) return sendFile(response, 'text/css; charset=utf-8', STYLESHEET.body)
  sendPage(response, 404, renderPage('error', tenant.name, { message: 'There is no such file.', code: undefined }))
}
