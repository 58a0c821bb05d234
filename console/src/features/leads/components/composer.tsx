import { Button, Group, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { NewActivity } from '@/api/types'
import { FormError } from '@/components/ui/states'
import { useFormat, zonedToInstant } from '@/lib/format'
import { explain } from '@/lib/problem'
import { activitiesQuery, addActivity } from '../api/leads'

const KINDS = {
  note: { label: 'Note', placeholder: 'What should the team remember?', action: 'Add note' },
  call: { label: 'Call', placeholder: 'What was said, what comes next?', action: 'Log call' },
  task: { label: 'Task', placeholder: 'What has to be done?', action: 'Add task' },
} as const

export function Composer({ leadId }: { leadId: string }) {
  const client = useQueryClient()
  const { zone } = useFormat()
  const [kind, setKind] = useState<NewActivity['type']>('note')
  const [text, setText] = useState('')
  const [due, setDue] = useState('')
  const add = useMutation({
    meta: { showsError: true },
    mutationFn: (activity: NewActivity) => addActivity(leadId, activity),
    onSuccess: () => {
      setText('')
      setDue('')
      void client.invalidateQueries({ queryKey: activitiesQuery(leadId).queryKey })
    },
  })
  const submit = () => {
    if (text.trim()) add.mutate({ type: kind, text: text.trim(), ...(kind === 'task' && due ? { dueAt: zonedToInstant(due, zone) } : {}) })
  }
  return (
    <form
      onSubmit={event => {
        event.preventDefault()
        submit()
      }}
      style={{ display: 'grid', gap: 8 }}
    >
      <Group justify="space-between" gap="xs">
        <SegmentedControl size="xs" aria-label="Kind of entry" value={kind} onChange={value => setKind(value as NewActivity['type'])} data={Object.entries(KINDS).map(([value, entry]) => ({ value, label: entry.label }))} />
        {kind === 'task' && <TextInput type="datetime-local" aria-label="Due" size="xs" value={due} onChange={event => setDue(event.currentTarget.value)} />}
      </Group>
      <Textarea
        aria-label={`${KINDS[kind].label} text`}
        placeholder={KINDS[kind].placeholder}
        autosize
        minRows={2}
        maxRows={10}
        value={text}
        onChange={event => setText(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault()
            submit()
          }
        }}
      />
      <FormError message={add.error ? (explain(add.error).advice ?? explain(add.error).title) : undefined} />
      <Group justify="flex-end">
        <Button type="submit" size="xs" loading={add.isPending} disabled={!text.trim()}>
          {KINDS[kind].action}
        </Button>
      </Group>
    </form>
  )
}
