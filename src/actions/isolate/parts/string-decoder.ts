/** `string_decoder` of Node: its own code as a package. */

import * as decoder from 'string_decoder/'

export const make = (): unknown => ({ StringDecoder: decoder.StringDecoder })
