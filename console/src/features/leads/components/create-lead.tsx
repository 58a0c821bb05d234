import { Alert, Button, Drawer, Group, NumberInput, Select, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { LeadDraft } from '@/api/types'
import { FormError } from '@/components/ui/states'
import { MemberSelect } from '@/features/identity/components/member-select'
import { toMinor, useFormat } from '@/lib/format'
import { toFormErrors } from '@/lib/problem'
import { createLead, sourcesQuery } from '../api/leads'
import { useStages } from '../api/use-stages'

const EMPTY = { firstName: '', lastName: '', company: '', email: '', phone: '', website: '', country: '', source: '', stageId: '', ownerId: '', value: '' as number | '', notes: '' }
type Values = typeof EMPTY
const FIELDS = Object.keys(EMPTY)

export function toDraft(values: Values, currency: string): LeadDraft {
  const { value, ...texts } = values
  const filled = Object.entries(texts).map(([key, text]) => [key, text.trim()] as const).filter(([, text]) => text !== '')
  return { ...Object.fromEntries(filled), ...(value === '' ? {} : { value: { amount: toMinor(Number(value), currency), currency } }) }
}

export function CreateLead({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Drawer opened={opened} onClose={onClose} title="New lead" size={460}>
      <CreateLeadForm onClose={onClose} />
    </Drawer>
  )
}

function CreateLeadForm({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const { currency } = useFormat()
  const { stages } = useStages()
  const sources = useQuery(sourcesQuery)
  const form = useForm<Values>({
    initialValues: EMPTY,
    validate: values => ({
      email: !values.email.trim() && !values.phone.trim() ? 'Enter an email address or a phone number' : values.email.trim() && !/^\S+@\S+$/.test(values.email.trim()) ? 'This is not an email address' : null,
    }),
  })
  const create = useMutation({
    meta: { showsError: true },
    mutationFn: (values: Values) => createLead(toDraft(values, currency)),
    onSuccess: ({ lead, duplicate }) => {
      void client.invalidateQueries({ queryKey: ['leads'] })
      notifications.show(
        duplicate
          ? { title: 'This person was already a lead', message: `${lead.displayName} was found by email or phone. No second lead was made.`, color: 'yellow' }
          : { message: `${lead.displayName} was added` },
      )
      onClose()
      void navigate({ to: '/leads/$leadId', params: { leadId: lead.id } })
    },
    onError: error => form.setErrors(toFormErrors(error, FIELDS).fields),
  })
  return (
    <form onSubmit={form.onSubmit(values => create.mutate(values))} noValidate>
      <Stack gap="sm">
        <SimpleGrid cols={2} spacing="sm">
          <TextInput label="First name" data-autofocus {...form.getInputProps('firstName')} />
          <TextInput label="Last name" {...form.getInputProps('lastName')} />
        </SimpleGrid>
        <TextInput label="Email" type="email" {...form.getInputProps('email')} />
        <TextInput label="Phone" type="tel" {...form.getInputProps('phone')} />
        <TextInput label="Company" {...form.getInputProps('company')} />
        <SimpleGrid cols={2} spacing="sm">
          <TextInput label="Website" {...form.getInputProps('website')} />
          <TextInput label="Country" placeholder="DE or Germany" {...form.getInputProps('country')} />
          <Select label="Stage" placeholder="First stage" clearable data={stages.map(stage => ({ value: stage.id, label: stage.name }))} {...form.getInputProps('stageId')} value={form.values.stageId || null} onChange={value => form.setFieldValue('stageId', value ?? '')} />
          <NumberInput label={`Value (${currency})`} min={0} decimalScale={2} thousandSeparator=" " hideControls {...form.getInputProps('value')} />
          <MemberSelect label="Owner" placeholder="By assignment rules" clearable {...form.getInputProps('ownerId')} value={form.values.ownerId || null} onChange={value => form.setFieldValue('ownerId', value ?? '')} />
          <TextInput label="Source" placeholder="Website, referral…" list="lead-sources" {...form.getInputProps('source')} />
        </SimpleGrid>
        <datalist id="lead-sources">
          {(sources.data ?? []).map(source => (
            <option key={source.name} value={source.name} />
          ))}
        </datalist>
        <Textarea label="Notes" autosize minRows={3} maxRows={8} {...form.getInputProps('notes')} />
        <FormError message={create.error ? toFormErrors(create.error, FIELDS).rest : undefined} />
        <Alert color="gray" p="xs">
          Somebody with the same email or phone is recognised: you are taken to the lead that is already there.
        </Alert>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Create lead
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
