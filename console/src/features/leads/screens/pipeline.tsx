import { ActionIcon, Button, Group, NumberInput, Select, Stack, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { LEAD_STATUSES, type LeadStatus, type Pipeline, type Stage, type StageDraft } from '@/api/types'
import { Section } from '@/components/ui/section'
import { FormError, Lines } from '@/components/ui/states'
import { useLeaveGuard } from '@/components/ui/use-leave-guard'
import { label } from '@/components/ui/status-badge'
import { SettingsPage } from '@/features/identity/components/settings-page'
import { useCan } from '@/lib/auth/permissions'
import { explain, isProblem } from '@/lib/problem'
import { saveStages } from '../api/leads'
import { useStages } from '../api/use-stages'

export function PipelineSettings() {
  const { pipeline, stages } = useStages()
  return <SettingsPage layout="medium">{pipeline ? <StageEditor key={stages.map(stage => stage.id + stage.name).join()} pipeline={pipeline} stages={stages} /> : <Lines />}</SettingsPage>
}

type Row = StageDraft & { key: string }

const message = (error: unknown) => {
  const errors = isProblem(error) ? Object.values(error.problem.errors ?? {}).flat() : []
  return errors.length ? errors.join(' ') : (explain(error).advice ?? explain(error).title)
}

function StageEditor({ pipeline, stages }: { pipeline: Pipeline; stages: Stage[] }) {
  const client = useQueryClient()
  const mayWrite = useCan('leads:write')
  const [rows, setRows] = useState<Row[]>(() => stages.map(({ id, name, probability, status }) => ({ key: id, id, name, probability, status })))
  const [dirty, setDirty] = useState(false)
  const save = useMutation({
    meta: { showsError: true },
    mutationFn: () => saveStages(pipeline.id, rows.map(({ id, name, probability, status }) => ({ id: id ?? null, name: name.trim(), probability, status }))),
    onSuccess: () => {
      setDirty(false)
      notifications.show({ message: 'Pipeline saved' })
      void client.invalidateQueries({ queryKey: ['leads'] })
    },
  })
  useLeaveGuard(dirty && !save.isPending)
  const change = (next: Row[]) => {
    setRows(next)
    setDirty(true)
  }
  const edit = (key: string, part: Partial<Row>) => change(rows.map(row => (row.key === key ? { ...row, ...part } : row)))
  const move = (index: number, by: number) => {
    const next = [...rows]
    const [row] = next.splice(index, 1)
    if (row) next.splice(index + by, 0, row)
    change(next)
  }
  return (
    <Section title={`Stages of ${pipeline.name}`} note="The steps a lead takes from first contact to the end. The status says what a stage means for reports.">
      <Stack gap="xs">
        {rows.map((row, index) => (
          <Group key={row.key} gap="xs" align="flex-end">
            <TextInput label={index === 0 ? 'Name' : undefined} aria-label={`Name of stage ${index + 1}`} value={row.name} disabled={!mayWrite} onChange={event => edit(row.key, { name: event.currentTarget.value })} style={{ flex: '2 1 150px' }} />
            <Select
              label={index === 0 ? 'Status' : undefined}
              aria-label={`Status of stage ${index + 1}`}
              allowDeselect={false}
              disabled={!mayWrite}
              data={LEAD_STATUSES.map(value => ({ value, label: label(value) }))}
              value={row.status}
              onChange={status => status && edit(row.key, { status: status as LeadStatus })}
              style={{ flex: '1 1 110px' }}
            />
            <NumberInput label={index === 0 ? 'Chance, %' : undefined} aria-label={`Probability of stage ${index + 1} in percent`} w={90} min={0} max={100} disabled={!mayWrite} value={row.probability} onChange={value => edit(row.key, { probability: Number(value) || 0 })} />
            {mayWrite && (
              <Group gap={0} wrap="nowrap" pb={3}>
                <ActionIcon aria-label={`Move ${row.name} up`} disabled={index === 0} onClick={() => move(index, -1)}>
                  <ArrowUp size={14} />
                </ActionIcon>
                <ActionIcon aria-label={`Move ${row.name} down`} disabled={index === rows.length - 1} onClick={() => move(index, 1)}>
                  <ArrowDown size={14} />
                </ActionIcon>
                <ActionIcon aria-label={`Remove ${row.name}`} disabled={rows.length < 2} onClick={() => change(rows.filter(entry => entry.key !== row.key))}>
                  <Trash2 size={14} />
                </ActionIcon>
              </Group>
            )}
          </Group>
        ))}
        <FormError message={save.error ? message(save.error) : undefined} />
        {mayWrite && (
          <Group justify="space-between" mt="xs">
            <Button variant="default" leftSection={<Plus size={14} />} onClick={() => change([...rows, { key: `new-${Date.now()}`, name: '', probability: 50, status: 'working' }])}>
              Add stage
            </Button>
            <Button loading={save.isPending} disabled={!dirty || rows.some(row => !row.name.trim())} onClick={() => save.mutate()}>
              Save pipeline
            </Button>
          </Group>
        )}
      </Stack>
    </Section>
  )
}
