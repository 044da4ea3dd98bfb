import { askBroker, type BrokerCall } from '../client/one-shot.ts'
import type { TokenResponse } from '../protocol/token.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { checkedClientName } from './client-name.ts'
import { readHandOut } from './dialects.ts'
import { explainWait } from './permission-wait.ts'
import type { Output } from './report-error.ts'
import { tokenPath } from './token-wish.ts'

/** Who asks for tokens, and where. */
export interface TokenSource {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly vault: ChosenVault
  readonly stderr: Output['stderr']
  /** As it appears in the ledger. */
  readonly client: string
  /** A length of time as it was typed. */
  readonly minValid?: string | undefined
}

/**
 * A token of the broker with everything that belongs to it. What the environment has is not looked at: whoever asks in this way is about
 * to put something else in its place. Throws what the broker answers.
 */
export async function askToken(selector: string, { env, vault, stderr, client, minValid }: TokenSource): Promise<TokenResponse> {
  const request: BrokerCall = {
    socket: vault.socket(),
    method: 'GET',
    path: tokenPath({ selector, minValid }, env),
    client: checkedClientName(client),
    prove: true,
  }
  return readHandOut(await askBroker(request).finally(explainWait(request, vault, { stderr })))
}
