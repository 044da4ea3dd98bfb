import type { IncomingMessage, ServerResponse } from 'node:http'
import { BrokerError, type Caller, endpoints, type Share, type ShareHealth } from '../protocol/index.ts'
import { refuseForeignRequest } from './request-guard.ts'
import { type Asked, fail, fixedRoute, type TokenLaneContext, tokenRoute } from './token-lane.ts'

/**
 * All that the socket of a share answers: tokens of its accounts, and that it is there. `current` is the share as it is now; it throws
 * when the share has ended.
 */
export function shareLane(
  context: Pick<TokenLaneContext, 'broker' | 'log' | 'health'>,
  caller: Caller,
  current: () => Share,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { broker, log, health } = context
  const handsOut = tokenRoute(context, (_request, asked) => broker.handOut(caller, meant(context, current(), asked), asked.wish))
  const tellsHealth = fixedRoute(endpoints.health, context, async (): Promise<ShareHealth> => {
    const { name, expires_at } = current()
    return { name: 'tokentray', version: health.version, api: 'v1', share: name, expires_at }
  })
  return (request, response) => {
    if (handsOut(request, response) || tellsHealth(request, response)) return
    request.resume()
    fail(response, refusal(request), log)
  }
}

/** The id of the shared account that is asked for; with it, no other account can step in. */
function meant({ broker }: Pick<TokenLaneContext, 'broker'>, share: Share, { selector, account, wish }: Asked): string {
  const id = broker.accounts.meantAmong(share.accounts, { selector, label: account, link: wish.link })
  if (id !== undefined) return id
  throw new BrokerError('client_denied', `"${selector.slice(0, 80)}" is not shared on this socket.`, {
    fix: 'Name the account when you make the share: `tokentray ssh <host> --account <selector>`.',
  })
}

function refusal({ headers, method, url = '' }: IncomingMessage): BrokerError {
  try {
    refuseForeignRequest(headers)
  } catch (error) {
    if (error instanceof BrokerError) return error
    throw error
  }
  return new BrokerError(
    'client_denied',
    `This socket gives tokens only; ${method} ${url.split('?')[0]?.slice(0, 80)} is refused.`,
    {
      fix: 'Ask for GET /v1/token/{provider}, and do everything else on the machine that TokenTray runs on.',
    },
  )
}
