import { Textarea, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useId, useState, type KeyboardEvent, type ReactNode } from 'react'
import { explain, toFormErrors } from '@/lib/problem'
import classes from './inline-field.module.css'

interface Props {
  label: string
  /** The name of the field in the API, to find its error in a problem. */
  field: string
  value: string
  display?: ReactNode
  type?: 'text' | 'email' | 'tel' | 'url' | 'number'
  multiline?: boolean
  readOnly?: boolean
  placeholder?: string
  onSave: (value: string) => Promise<unknown>
}

/** Click, type, Enter. Escape leaves it as it was; leaving the field saves. */
export function InlineField({ label, field, value, display, type = 'text', multiline, readOnly, placeholder = 'Empty', onSave }: Props) {
  const id = useId()
  const [draft, setDraft] = useState<string | null>(null)
  const save = useMutation({ meta: { showsError: true }, mutationFn: onSave, onSuccess: () => setDraft(null) })
  const error = save.error ? (toFormErrors(save.error, [field]).fields[field] ?? explain(save.error).advice ?? explain(save.error).title) : undefined

  const commit = () => {
    if (draft === null || save.isPending) return
    if (draft.trim() === value) setDraft(null)
    else save.mutate(draft.trim())
  }
  const cancel = () => {
    save.reset()
    setDraft(null)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      cancel()
    } else if (event.key === 'Enter' && (!multiline || event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      commit()
    }
  }

  if (draft === null) {
    const shown = save.isPending ? save.variables : value
    return (
      <div className={classes.field}>
        <span className={classes.label} id={id}>
          {label}
        </span>
        <button type="button" className={`${classes.value} ${shown ? '' : classes.empty}`} disabled={readOnly} aria-label={`Edit ${label}: ${shown || 'empty'}`} onClick={() => setDraft(value)}>
          {shown ? (display ?? shown) : readOnly ? '–' : placeholder}
        </button>
      </div>
    )
  }
  const shared = {
    id,
    value: draft,
    error,
    autoFocus: true,
    disabled: save.isPending,
    onKeyDown,
    onBlur: commit,
    onFocus: (event: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => type !== 'number' && event.currentTarget.setSelectionRange?.(0, event.currentTarget.value.length),
  }
  return (
    <div className={classes.field}>
      <label className={classes.label} htmlFor={id}>
        {label}
      </label>
      {multiline ? (
        <Textarea {...shared} autosize minRows={3} maxRows={12} onChange={event => setDraft(event.currentTarget.value)} description="Ctrl + Enter saves" />
      ) : (
        // The type stays text for email and phone: selection and what was typed must survive, the server normalises.
        <TextInput {...shared} type={type === 'number' ? 'number' : 'text'} inputMode={type === 'number' ? 'decimal' : type} onFocus={type === 'number' ? undefined : shared.onFocus} onChange={event => setDraft(event.currentTarget.value)} />
      )}
    </div>
  )
}

export function StaticField({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.field}>
      <span className={classes.label}>{label}</span>
      <div className={classes.static}>{children}</div>
    </div>
  )
}
