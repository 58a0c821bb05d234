import { Button, Menu, Select, SimpleGrid, TextInput, type TextInputProps } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Braces } from 'lucide-react'
import { useRef } from 'react'
import { CodeEditor, type EditorHandle } from '@/components/ui/code-editor'
import { FormError } from '@/components/ui/states'
import { brandsQuery } from '@/features/brands/api/brands'
import { toFormErrors } from '@/lib/problem'
import classes from '../screens/compose.module.css'
import { VARIABLES } from '../starter'
import type { Draft } from '../use-draft'
import { PreviewPane } from './preview-pane'

const FIELDS = ['name', 'brandId', 'subject', 'preheader', 'html'] as const

export function ContentStep({ draft, readOnly }: { draft: Draft; readOnly: boolean }) {
  const { fields, change } = draft
  const brands = useQuery(brandsQuery)
  const editor = useRef<EditorHandle>(null)
  const errors = draft.state === 'failed' ? toFormErrors(draft.error, FIELDS) : { fields: {} as Record<string, string> }
  return (
    <div className={classes.content}>
      <div className={classes.form}>
        <SimpleGrid cols={2} spacing="sm">
          <TextInput label="Name" readOnly={readOnly} value={fields.name} error={errors.fields.name} onChange={event => change({ name: event.currentTarget.value })} />
          <Select
            label="Brand"
            readOnly={readOnly}
            allowDeselect={false}
            data={(brands.data ?? []).map(brand => ({ value: brand.id, label: brand.name }))}
            value={fields.brandId}
            error={errors.fields.brandId}
            onChange={brandId => brandId && change({ brandId })}
          />
        </SimpleGrid>
        <WithVariables label="Subject" readOnly={readOnly} value={fields.subject} error={errors.fields.subject} onText={subject => change({ subject })} />
        <WithVariables label="Preheader" description="The line that inboxes show after the subject." readOnly={readOnly} value={fields.preheader ?? ''} error={errors.fields.preheader} onText={preheader => change({ preheader })} />
        <div className={classes.editorHead}>
          <span style={{ fontWeight: 500, fontSize: 13 }}>Message</span>
          {!readOnly && <VariablePicker onPick={text => editor.current?.insert(text)} label="Insert variable" />}
        </div>
        <div className={classes.editor}>
          <CodeEditor ref={editor} label="Message HTML" value={fields.html} readOnly={readOnly} onChange={html => change({ html })} />
        </div>
        <FormError message={errors.fields.html} />
      </div>
      <PreviewPane fields={fields} />
    </div>
  )
}

function VariablePicker({ onPick, label, compact }: { onPick: (text: string) => void; label: string; compact?: boolean }) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="subtle" color="gray" size="xs" aria-label={label} px={compact ? 6 : undefined} leftSection={compact ? undefined : <Braces size={13} />}>
          {compact ? <Braces size={14} /> : 'Variable'}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {VARIABLES.map(variable => (
          <Menu.Item key={variable.insert} onClick={() => onPick(variable.insert)} rightSection={<code style={{ color: 'var(--tl-ink-2)', fontSize: 11 }}>{variable.insert.length < 22 ? variable.insert : '{{#if}}'}</code>}>
            {variable.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function WithVariables({ onText, ...props }: Omit<TextInputProps, 'onChange' | 'value'> & { value: string; onText: (value: string) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const insert = (text: string) => {
    const at = input.current?.selectionStart ?? props.value.length
    onText(props.value.slice(0, at) + text + props.value.slice(input.current?.selectionEnd ?? at))
  }
  return (
    <TextInput
      ref={input}
      {...props}
      onChange={event => onText(event.currentTarget.value)}
      rightSectionWidth={36}
      rightSection={props.readOnly ? undefined : <VariablePicker compact label={`Insert variable into ${String(props.label).toLowerCase()}`} onPick={insert} />}
    />
  )
}
