import { askBroker, type BrokerCall } from '../client/one-shot.ts'
import type { BrokerSnapshot } from '../protocol/snapshot.ts'
import type { ChosenVault } from './chosen-vault.ts'
import { type Output, oneLine } from './report-error.ts'

/** Says after a second that the person is asked, when that is what takes so long. The returned function ends it. */
export function explainWait(
  { socket, client = '' }: BrokerCall,
  vault: ChosenVault,
  { stderr }: Pick<Output, 'stderr'>,
): () => void {
  const explain = async () => {
    const { approvals = [] } = JSON.parse(
      await askBroker({ socket, method: 'GET', path: '/v1/status' }),
    ) as Partial<BrokerSnapshot>
    if (!approvals.some(({ caller }) => caller.name === client.toLowerCase())) return
    const way = `Press Allow in the tray, or run \`tokentray approve ${client}\` in another terminal.`
    stderr.write(oneLine(vault.words(`tokentray: "${client}" waits for your permission. ${way}`)))
  }
  // Whatever is wrong with the broker, the request for the token says so itself.
  const timer = setTimeout(() => void explain().catch(() => {}), 1_000)
  return () => clearTimeout(timer)
}
