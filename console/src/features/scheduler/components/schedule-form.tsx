import { Button, Group, NumberInput, SegmentedControl, Select, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Misfire, Schedule, ScheduleFields, ScheduleTarget } from '@/api/types'
import { FormError } from '@/components/ui/states'
import { useSession } from '@/lib/auth/permissions'
import { toFormErrors } from '@/lib/problem'
import { createSchedule, updateSchedule } from '../api/scheduler'

const FIELDS = ['name', 'cron', 'everySeconds', 'timeZone', 'target', 'misfire'] as const

interface Values {
  name: string
  kind: 'cron' | 'every'
  cron: string
  everySeconds: number | ''
  timeZone: string
  does: 'event' | 'job'
  target: string
  payload: string
  misfire: Misfire
}

function json(text: string): unknown {
  return text.trim() ? JSON.parse(text) : {}
}

const isJson = (text: string) => {
  try {
    json(text)
    return true
  } catch {
    return false
  }
}

function toFields(values: Values): ScheduleFields {
  const target: ScheduleTarget = values.does === 'event' ? { event: values.target.trim() } : { job: values.target.trim(), payload: json(values.payload) }
  const rhythm = values.kind === 'cron' ? { cron: values.cron.trim() } : { everySeconds: Number(values.everySeconds) }
  return { name: values.name.trim(), timeZone: values.timeZone, target, misfire: values.misfire, ...rhythm }
}

export function ScheduleForm({ schedule, onClose }: { schedule?: Schedule; onClose: () => void }) {
  const client = useQueryClient()
  const { tenant } = useSession()
  const target = schedule?.target
  const form = useForm<Values>({
    initialValues: {
      name: schedule?.name ?? '',
      kind: schedule?.everySeconds ? 'every' : 'cron',
      cron: schedule?.cron ?? '0 8 * * 1-5',
      everySeconds: schedule?.everySeconds ?? 3600,
      timeZone: schedule?.timeZone ?? tenant.timeZone,
      does: target?.job ? 'job' : 'event',
      target: target?.event ?? target?.job ?? '',
      payload: target?.payload ? JSON.stringify(target.payload, null, 2) : '',
      misfire: schedule?.misfire ?? 'once',
    },
    validate: {
      name: value => (value.trim() ? null : 'Give the schedule a name'),
      cron: (value, values) => (values.kind === 'cron' && value.trim().split(/\s+/).length < 5 ? 'Five parts: minute, hour, day, month, weekday' : null),
      everySeconds: (value, values) => (values.kind === 'every' && !(Number(value) >= 1) ? 'At least one second' : null),
      target: value => (value.trim() ? null : 'Name what it does'),
      payload: (value, values) => (values.does === 'job' && !isJson(value) ? 'This is not valid JSON' : null),
    },
  })
  const save = useMutation({
    meta: { showsError: true },
    mutationFn: (values: Values) => (schedule ? updateSchedule(schedule, toFields(values)) : createSchedule(toFields(values))),
    onSuccess: () => {
      notifications.show({ message: 'Schedule saved' })
      onClose()
    },
    onError: error => form.setErrors(toFormErrors(error, FIELDS).fields),
    onSettled: () => client.invalidateQueries({ queryKey: ['scheduler'] }),
  })
  return (
    <form onSubmit={form.onSubmit(values => save.mutate(values))} noValidate>
      <Stack gap="sm">
        <TextInput label="Name" {...form.getInputProps('name')} />
        <SegmentedControl aria-label="Rhythm" size="xs" data={[{ value: 'cron', label: 'At times (cron)' }, { value: 'every', label: 'Every so often' }]} {...form.getInputProps('kind')} />
        {form.values.kind === 'cron' ? (
          <TextInput label="Cron" description="Minute, hour, day of month, month, weekday. 0 8 * * 1-5 is weekdays at 8." styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }} {...form.getInputProps('cron')} />
        ) : (
          <NumberInput label="Seconds between" min={1} allowDecimal={false} {...form.getInputProps('everySeconds')} />
        )}
        <Select label="Time zone" searchable allowDeselect={false} data={[...new Set([form.values.timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])]} {...form.getInputProps('timeZone')} />
        <Group grow align="flex-start" gap="sm">
          <Select label="Does" allowDeselect={false} data={[{ value: 'event', label: 'Raise an event' }, { value: 'job', label: 'Start a job' }]} {...form.getInputProps('does')} />
          <TextInput label={form.values.does === 'event' ? 'Event' : 'Job type'} {...form.getInputProps('target')} />
        </Group>
        {form.values.does === 'job' && <Textarea label="Payload (JSON)" autosize minRows={2} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }} {...form.getInputProps('payload')} />}
        <Select
          label="If the time was missed"
          allowDeselect={false}
          data={[
            { value: 'once', label: 'Do it once, as soon as possible' },
            { value: 'all', label: 'Do it for each missed time' },
            { value: 'skip', label: 'Wait for the next time' },
          ]}
          {...form.getInputProps('misfire')}
        />
        <FormError message={save.error ? toFormErrors(save.error, FIELDS).rest : undefined} />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            Save schedule
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
