import { useEffect, useState } from 'preact/hooks'
import type { DisconnectPlan, ToolStatus } from '../../src/ipc/tools.ts'
import { words } from '../language.ts'
import { unfolded } from '../page.ts'
import { requestReply } from '../requests.ts'
import { isWaiting, setNote, setProblem } from '../store.ts'
import { disconnect, toolPlace } from '../tools.ts'
import { Button } from './button.tsx'
import { cutName } from './cut-text.tsx'
import { FileChanges } from './file-change.tsx'
import { useInSight } from './in-sight.ts'
import { ProblemNote } from './problem-note.tsx'

/** Shows what becomes of the settings of a tool, and takes it off TokenTray when the person says so. */
export function DisconnectPanel({ tool: { id, name } }: { readonly tool: ToolStatus }) {
  const say = words().tools
  const place = toolPlace(id)
  const plan = useDisconnectPlan(id)
  const waiting = isWaiting(place)
  const box = useInSight<HTMLFieldSetElement>(plan)
  return (
    <fieldset ref={box} class="panel tool-panel" aria-label={say.disconnecting(cutName(name))} aria-busy={waiting}>
      {plan === undefined && waiting && <p>{say.looking}</p>}
      {plan !== undefined && (
        <>
          {plan.files.length === 0 && <p class="tool-where">{say.noChange}</p>}
          <FileChanges files={plan.files} />
          {plan.keepsToken && <p class="tool-where">{say.tokenGoes}</p>}
        </>
      )}
      <ProblemNote place={place} />
      <div class="buttons buttons-end">
        <Button
          onPress={() => {
            unfolded.value = undefined
          }}
        >
          {say.cancel}
        </Button>
        {plan !== undefined && (
          <Button kind="main" waiting={waiting} onPress={() => disconnect(id)}>
            {say.confirmEnd}
          </Button>
        )}
      </div>
    </fieldset>
  )
}

function useDisconnectPlan(tool: string): DisconnectPlan | undefined {
  const place = toolPlace(tool)
  const [plan, setPlan] = useState<DisconnectPlan>()
  useEffect(() => {
    let isWanted = true
    setNote(place, undefined)
    const ask = async () => {
      const reply = await requestReply(place, 'tool:plan-disconnect', { tool })
      if (!isWanted) return
      if (reply.ok) setPlan(reply.value)
      else setProblem(place, reply.problem)
    }
    void ask()
    return () => {
      isWanted = false
      setProblem(place, undefined)
    }
  }, [tool])
  return plan
}
