import { z } from 'zod'

/** A value as JSON and TOML both have it. */
export type SettingValue = string | number | boolean | null | SettingValue[] | { readonly [name: string]: SettingValue }

const settingValue: z.ZodType<SettingValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(settingValue), z.record(z.string(), settingValue)]),
)

/** One place in a file of settings. Without a value, what is there is taken away. */
export const setting = z.object({ path: z.array(z.string()).min(1), value: settingValue.optional() })
export type Setting = Readonly<z.infer<typeof setting>>

/**
 * What connecting a tool changes in one file. `settings`: places in a file that the tool reads, whose other places are the person's.
 * `block`: lines between two marks in a file that a shell reads. `whole`: a file that is ours from its first to its last byte.
 */
export const fileChange = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('settings'),
    file: z.string(),
    format: z.enum(['json', 'jsonc', 'toml']),
    settings: z.array(setting),
  }),
  z.object({ kind: z.literal('block'), file: z.string(), mark: z.string(), lines: z.array(z.string()) }),
  z.object({ kind: z.literal('whole'), file: z.string(), text: z.string() }),
])
export type FileChange = Readonly<z.infer<typeof fileChange>>

export type SettingsChange = Extract<FileChange, { kind: 'settings' }>
export type BlockChange = Extract<FileChange, { kind: 'block' }>
export type WholeChange = Extract<FileChange, { kind: 'whole' }>

/** What comes of taking a change out of a text that others have changed since. `left` names what was not ours any more. */
export interface TakenOut {
  /** Undefined when nothing is left that anybody else could miss. */
  readonly text: string | undefined
  readonly left: readonly string[]
}
