import type { Command } from 'commander'
import { describeCompletion } from './completion/completion-command.ts'
import { describeManual } from './manual/manual-command.ts'
import type { Output } from './report-error.ts'

/** The commands that tell of the others: to a shell, and to man. */
export function describeReferenceCommands(program: Command, output: Output): void {
  describeCompletion(program, output)
  describeManual(program, output)
}
