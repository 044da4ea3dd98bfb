import type { Race } from '../../src/ipc/loose-logins.ts'
import { words } from '../language.ts'
import { snapshot } from '../store.ts'
import { CancelLogin, LoginPanel } from './login-panel.tsx'
import { RowFrame } from './row-frame.tsx'
import { UndecidedPanel } from './undecided-panel.tsx'

/** A login that no account row shows, such as one for a further account. */
export function LoginRow({ race, providerName }: { readonly race: Race; readonly providerName: string }) {
  const [login] = race
  const undecided = login.undecided !== undefined
  const { accounts, login: say } = words()
  const rows = snapshot.value?.accounts ?? []
  const row = rows.find(({ id }) => id === login.account) ?? rows.find(({ provider }) => provider === login.provider)
  const kept = login.account === undefined ? say.oneMore : say.again
  return (
    <RowFrame
      provider={login.provider}
      name={providerName}
      tone="needs_you"
      words={undecided ? accounts.waitingForDecision : kept}
      action={undecided ? null : <CancelLogin race={race} name={providerName} />}
    >
      {undecided ? (
        <UndecidedPanel login={login} name={providerName} />
      ) : (
        <LoginPanel race={race} row={row} name={providerName} />
      )}
    </RowFrame>
  )
}
