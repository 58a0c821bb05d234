import { CloseButton, TextInput } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import classes from './filter-chip.module.css'

export function FilterChip({ name, value, onRemove }: { name: string; value: string; onRemove: () => void }) {
  return (
    <span className={classes.chip}>
      <span className={classes.name}>{name}</span>
      <span className={`${classes.value} tl-truncate`}>{value}</span>
      <button type="button" className={classes.remove} aria-label={`Remove filter ${name}`} onClick={onRemove}>
        <X size={13} aria-hidden />
      </button>
    </span>
  )
}

export const FilterBar = ({ children }: { children: ReactNode }) => <div className={classes.bar}>{children}</div>

interface SearchProps {
  label: string
  value: string | undefined
  onChange: (value: string | undefined) => void
  placeholder?: string
}

/** Search as you type, with a breath between keystrokes; `/` jumps here from anywhere on the page. */
export function SearchBox({ label, value, onChange, placeholder = 'Search' }: SearchProps) {
  const [text, setText] = useState(value ?? '')
  const input = useRef<HTMLInputElement>(null)
  const emitted = useRef(value ?? '')
  const emit = useDebouncedCallback((next: string) => {
    emitted.current = next
    onChange(next || undefined)
  }, 250)
  useHotkeys([['/', () => input.current?.focus()]])
  useEffect(() => {
    // The address may change under us (back button, a cleared filter); our own echo must not undo newer keystrokes.
    if ((value ?? '') !== emitted.current) {
      emitted.current = value ?? ''
      setText(value ?? '')
    }
  }, [value])

  const change = (next: string) => {
    setText(next)
    emit(next.trim())
  }
  return (
    <TextInput
      ref={input}
      className={classes.grow}
      aria-label={label}
      placeholder={placeholder}
      type="search"
      value={text}
      onChange={event => change(event.currentTarget.value)}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          if (text) change('')
          else input.current?.blur()
        }
      }}
      leftSection={<Search size={14} aria-hidden />}
      rightSection={text ? <CloseButton size="sm" aria-label="Clear search" onClick={() => change('')} /> : <kbd className="tl-kbd" aria-hidden>/</kbd>}
    />
  )
}
