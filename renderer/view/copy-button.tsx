import { useEffect, useState } from 'preact/hooks'
import { words } from '../language.ts'
import { Button } from './button.tsx'

/** How long the button says that it has copied. Milliseconds. */
const praise = 1_600

interface CopyButtonProps {
  readonly words: string
  readonly label?: string
  /** Has main copy, and answers whether it did: the page itself has no clipboard, and what is copied is often not for it. */
  readonly onCopy: () => Promise<boolean>
}

/** A button that says for a moment that it has copied. */
export function CopyButton({ words: said, label, onCopy }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), praise)
    return () => clearTimeout(timer)
  }, [copied])
  const done = words().login.copied
  return (
    <Button {...(label === undefined ? {} : { label })} onPress={async () => setCopied(await onCopy())}>
      <span class="swap" data-other={copied ? said : done} aria-live="polite">
        {copied ? done : said}
      </span>
    </Button>
  )
}
