import { programName } from '../../src/ipc/program-names.ts'
import type { AccountStatus } from '../../src/protocol/index.ts'
import { words } from '../language.ts'
import { giveBack, movedTo } from '../moved-here.ts'
import { ask } from '../sign-in.ts'
import { isWaiting } from '../store.ts'
import { Button } from './button.tsx'
import { FileName } from './file-change.tsx'
import { Sentence } from './sentence.tsx'

/** Says what giving a login back changes, and does it when the person says so. */
export function GiveBackPanel({ row, program }: { readonly row: AccountStatus; readonly program: string }) {
  const { accounts, owners } = words()
  const moved = movedTo(row.id).find((each) => each.program === program)
  if (moved === undefined) return null
  return (
    <>
      <p>{owners.giveBackTitle(programName(program))}</p>
      <p class="give-back">
        <Sentence text={owners.giveBackWords(programName(program))} parts={{ file: <FileName path={moved.file} /> }} />
      </p>
      <div class="buttons buttons-end">
        <Button onPress={() => ask(row.id, { kind: 'more' })}>{accounts.keep}</Button>
        <Button kind="danger" waiting={isWaiting(row.id)} onPress={() => giveBack(moved)}>
          {owners.giveBackConfirm}
        </Button>
      </div>
    </>
  )
}
