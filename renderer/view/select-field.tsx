interface SelectFieldProps {
  /** What a screen reader says, unless `id` is that of a field with a label. */
  readonly label?: string
  readonly id?: string
  readonly describedBy?: string | undefined
  readonly value: string
  readonly options: readonly { readonly value: string; readonly name: string; readonly lang?: string }[]
  readonly disabled?: boolean
  readonly onChoose: (value: string) => void
}

/** One of several. It shows what is so: a choice that was refused turns back with the next drawing. */
export function SelectField({ label, id, describedBy, value, options, disabled = false, onChoose }: SelectFieldProps) {
  return (
    <span class="select">
      <select
        {...(id === undefined ? {} : { id })}
        {...(label === undefined ? {} : { 'aria-label': label })}
        {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
        value={value}
        disabled={disabled}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        {options.map(({ value: each, name, lang }) => (
          <option key={each} value={each} selected={each === value} {...(lang === undefined ? {} : { lang })}>
            {name}
          </option>
        ))}
      </select>
      <svg class="select-mark" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        <path class="glyph-line" d="M2 3.7l3 3 3-3" />
      </svg>
    </span>
  )
}
