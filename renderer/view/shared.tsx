import { useRef } from 'preact/hooks'
import type { ShownShare } from '../../src/ipc/channels.ts'
import { momentWords } from '../../src/ipc/time-words.ts'
import type { BrokerSnapshot } from '../../src/protocol/index.ts'
import { language, words } from '../language.ts'
import { endShare, sharePlace, shares, sharesPlace } from '../shares.ts'
import { isWaiting, noteAt, now, problemAt, snapshot } from '../store.ts'
import { AccountText } from './account-text.tsx'
import { Button } from './button.tsx'
import { CutText, cutName } from './cut-text.tsx'
import { useFocusMovesOn } from './focus-moves-on.ts'
import { NoteLines } from './note-lines.tsx'
import { ProblemNote } from './problem-note.tsx'

/** What is shared with other computers, each with the button that ends it. Who shares nothing sees nothing of it. */
export function Shared() {
  const say = words().tools
  const known = shares.value.value ?? []
  const head = useRef<HTMLHeadingElement>(null)
  const list = useFocusMovesOn(head)
  const present = snapshot.value
  const isTold = noteAt(sharesPlace) !== undefined || problemAt(sharesPlace) !== undefined
  if (present === undefined || (known.length === 0 && !isTold)) return null
  return (
    <section class="shared" aria-label={say.shares}>
      <h2 ref={head} tabIndex={-1}>
        {say.shares}
      </h2>
      <ProblemNote place={sharesPlace} />
      <NoteLines place={sharesPlace} />
      <ul ref={list} aria-label={say.shares}>
        {known.map((share) => (
          <SharedRow key={share.id} share={share} snapshot={present} />
        ))}
      </ul>
    </section>
  )
}

function SharedRow({ share, snapshot: present }: { readonly share: ShownShare; readonly snapshot: BrokerSnapshot }) {
  const { id, name, accounts, expires_at: until } = share
  const say = words().tools
  const place = sharePlace(id)
  return (
    <li class="share">
      <div>
        <p>
          <strong>
            <CutText text={name} />
          </strong>{' '}
          <span class="share-until">{say.shareUntil(momentWords(until, now.value, language.value))}</span>
        </p>
        {accounts.map((account) => (
          <p key={account} class="tool-more">
            <AccountText account={account} provider="" snapshot={present} />
          </p>
        ))}
      </div>
      <Button label={say.endShareLabel(cutName(name))} waiting={isWaiting(place)} onPress={() => endShare(id, name)}>
        {say.endShare}
      </Button>
      <ProblemNote place={place} />
    </li>
  )
}
