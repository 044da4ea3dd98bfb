import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type AskingClient, askingClients } from '../../src/ipc/approval-words.ts'
import { countdown } from '../../src/ipc/time-words.ts'
import type { ApprovalDecision, BrokerSnapshot } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { request } from '../requests.ts'
import { isWaiting, now } from '../store.ts'
import { Button } from './button.tsx'
import { ProblemNote } from './problem-note.tsx'

/** Seconds that a client waits at most. */
const limit = 30

/** Milliseconds in which a new card takes no press, because it may have come under a pointer that was about to do something else. */
const settling = 500

/**
 * The clients that wait for the person. A screen reader tells of a new one when it has finished its sentence; the focus stays
 * where it is. The list is there while it is empty too, as a live region that comes with its content is not read.
 */
export function Approvals({ snapshot }: { readonly snapshot: BrokerSnapshot }) {
  const list = useFocusMovesOn()
  return (
    <ul class="approvals" ref={list} aria-label={words().approvals.list} aria-live="polite" aria-relevant="additions">
      {askingClients(snapshot, words()).map((asking) => (
        <ApprovalCard key={asking.id} asking={asking} />
      ))}
    </ul>
  )
}

function ApprovalCard({ asking }: { readonly asking: AskingClient }) {
  const { id, client, account, proof, startedBy, expiresAt } = asking
  const { approvals: say, time } = words()
  const settled = useSettled()
  const left = Math.min(limit, Math.max(0, expiresAt - now.value))
  const answer = (kind: 'main' | 'quiet' | 'plain', said: string, decision: ApprovalDecision) => (
    <Button
      kind={kind}
      label={say.answerLabel(said, client, account)}
      waiting={!settled || isWaiting(id)}
      onPress={() => request(id, 'approval:decide', { approval: id, decision })}
    >
      {said}
    </Button>
  )
  return (
    <li class="approval" tabIndex={-1} aria-label={say.asks(client, account)}>
      <div class="panel-head">
        <h2>
          <bdi>{client}</bdi> {say.asksFor(account)}
        </h2>
        <span class="countdown" role="timer" aria-label={time.left(countdown(left))}>
          {countdown(left)}
        </span>
      </div>
      <p class="proof">
        {proof}
        {startedBy !== undefined && (
          <>
            <br />
            {say.startedBy} <bdi>{startedBy}</bdi>
          </>
        )}
      </p>
      <progress class="time-left" max={limit} value={left} aria-hidden="true" />
      <ProblemNote place={id} />
      <div class="buttons">
        {answer('main', say.once, 'once')}
        {answer('quiet', say.always, 'always')}
        {answer('plain', say.deny, 'deny')}
      </div>
    </li>
  )
}

function useSettled(): boolean {
  const [settled, setSettled] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), settling)
    return () => clearTimeout(timer)
  }, [])
  return settled
}

/**
 * A card that goes takes the focus along. It moves to the card that takes its place, not to a button of it, as a key that is held
 * down would press that.
 */
function useFocusMovesOn(): RefObject<HTMLUListElement | null> {
  const list = useRef<HTMLUListElement>(null)
  // Read while the old cards are still there, as the browser does not tell of a focus that it loses with its element.
  const place = [...(list.current?.children ?? [])].findIndex((card) => card.contains(document.activeElement))
  useLayoutEffect(() => {
    if (place < 0 || list.current?.contains(document.activeElement)) return
    const next = list.current?.children[place] ?? list.current?.lastElementChild ?? document.querySelector('main')
    if (next instanceof HTMLElement) next.focus()
  })
  return list
}
