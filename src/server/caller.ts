import type { IncomingMessage } from 'node:http'
import { type Caller, selectorName } from '../protocol/index.ts'

/** Who sends this request, as far as it can be known. A name that is none counts as no name. */
export function callerOf({ headers }: IncomingMessage): Caller {
  const name = headers['tokentray-client']
  return { name: typeof name === 'string' && selectorName.test(name) ? name.toLowerCase() : 'unnamed', proof: 'claimed' }
}
