import type { ShownFile } from '../../src/ipc/tools.ts'
import { visible } from '../../src/ipc/visible.ts'
import { words } from '../language.ts'
import { CutText, cutName } from './cut-text.tsx'
import { Sentence } from './sentence.tsx'

/** The files that change, with the lines that come and go. */
export function FileChanges({ files }: { readonly files: readonly ShownFile[] }) {
  return (
    <>
      {files.map((file) => (
        <FileChange key={file.path} file={file} />
      ))}
      {files.some(({ hidden }) => hidden) && <p class="tool-note">{words().tools.hidden}</p>}
    </>
  )
}

/** The lines are read from left to right in every language. */
function FileChange({ file: { path, what, lines } }: { readonly file: ShownFile }) {
  const say = words().tools
  return (
    <>
      <p class="tool-where">
        <Sentence text={say[what]} parts={{ file: <FileName path={path} /> }} />
      </p>
      {lines.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard.
        <section class="lines" dir="ltr" tabIndex={0} aria-label={say.changes(cutName(path))}>
          <pre>
            {lines.map(({ kind, text }, index) => (
              <code key={index} class={`line line-${kind}`}>
                {kind === 'comes' ? '+ ' : '− '}
                {visible(text)}
              </code>
            ))}
          </pre>
        </section>
      )}
    </>
  )
}

/** A path is read from left to right whatever is in it. */
export const FileName = ({ path }: { readonly path: string }) => (
  <code dir="ltr">
    <CutText text={path} most={80} keep="end" />
  </code>
)
