import { useId } from 'preact/hooks'
import type { AccountStatus } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { ask, signIn } from '../sign-in.ts'
import { isWaiting, providerOf, question } from '../store.ts'
import { Button } from './button.tsx'
import { useFocusBack } from './focus-back.ts'
import { MoreButton } from './more-button.tsx'
import { NoteLines } from './note-lines.tsx'
import { ProblemNote } from './problem-note.tsx'
import { ProviderMark } from './provider-mark.tsx'
import { SignInPanel, signInAsked } from './sign-in-panel.tsx'

/** The providers without an account, a line each: they are many, and what the person has is of more interest. */
export function Offers({ rows }: { readonly rows: readonly AccountStatus[] }) {
  const id = useId()
  return (
    <section class="offers" aria-labelledby={id}>
      <h2 id={id}>{words().accounts.signInTo}</h2>
      <ul aria-labelledby={id}>
        {rows.map((row) => (
          <Offer key={row.id} row={row} />
        ))}
      </ul>
    </section>
  )
}

function Offer({ row }: { readonly row: AccountStatus }) {
  const id = useId()
  return (
    <li class="offer" aria-labelledby={id}>
      <div class="offer-line">
        <ProviderMark provider={row.provider} name={row.provider_name} size={26} />
        <h3 id={id}>{row.provider_name}</h3>
        <OfferAction row={row} />
      </div>
      <ProblemNote place={row.id} />
      <NoteLines place={row.id} />
      <SignInPanel row={row} />
    </li>
  )
}

/** One press signs in the usual way; where there are others, the dots show them. */
function OfferAction({ row }: { readonly row: AccountStatus }) {
  const { id, provider, provider_name: name } = row
  const asked = signInAsked(row)
  const opener = useFocusBack(asked !== undefined)
  const info = providerOf(provider)
  const { accounts } = words()
  const several = info !== undefined && info.flows.length + info.keys.length > 1
  return (
    <div class="row-action">
      {several && (
        <MoreButton
          label={accounts.otherWays(name)}
          expanded={asked !== undefined}
          buttonRef={opener}
          onPress={() => {
            if (asked === undefined) ask(id, { kind: 'ways' })
            else question.value = undefined
          }}
        />
      )}
      <Button
        {...(several ? {} : { buttonRef: opener })}
        label={accounts.signInLabel(name)}
        waiting={isWaiting(id)}
        onPress={() => signIn(row)}
      >
        {accounts.signIn}
      </Button>
    </div>
  )
}
