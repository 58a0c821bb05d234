import { ActionIcon, Alert, Button, Checkbox, Code, CopyButton, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useConfirm } from '@/components/ui/confirm'
import { DataTable, type Column } from '@/components/ui/data-table'
import { Section } from '@/components/ui/section'
import { FormError, Loaded } from '@/components/ui/states'
import { useSession } from '@/lib/auth/permissions'
import { useFormat } from '@/lib/format'
import { toFormErrors } from '@/lib/problem'
import { apiKeysQuery, createApiKey, permissionsQuery, revokeApiKey, type ApiKey } from '../api/account'

const DAY_MS = 86_400_000
const LIVES = [
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
]

export function ApiKeysSection() {
  const keys = useQuery(apiKeysQuery)
  const [open, setOpen] = useState(false)
  return (
    <Section
      title="API keys"
      note="For programs that work in this workspace in your name."
      flush
      actions={
        <Button size="xs" variant="default" leftSection={<Plus size={14} />} onClick={() => setOpen(true)}>
          New key
        </Button>
      }
    >
      <Loaded query={keys}>{list => <KeyTable keys={list} />}</Loaded>
      <Modal opened={open} onClose={() => setOpen(false)} title="New API key" closeOnClickOutside={false}>
        <NewKey onClose={() => setOpen(false)} />
      </Modal>
    </Section>
  )
}

function KeyTable({ keys }: { keys: ApiKey[] }) {
  const client = useQueryClient()
  const confirm = useConfirm()
  const format = useFormat()
  const { user } = useSession()
  const revoke = useMutation({ mutationFn: revokeApiKey, onSettled: () => client.invalidateQueries({ queryKey: apiKeysQuery.queryKey }) })
  const ask = async (key: ApiKey) => {
    if (await confirm({ title: `Revoke ${key.name}?`, body: 'Programs that use it are refused within seconds.', confirm: 'Revoke key', danger: true })) revoke.mutate(key.id)
  }
  if (keys.length === 0) return <Text px="md" py="sm" c="dimmed">There are no keys.</Text>
  const columns: Column<ApiKey>[] = [
    { key: 'name', header: 'Name', cell: key => (key.userId === user.id ? key.name : `${key.name} (${key.userName})`) },
    { key: 'prefix', header: 'Key', cell: key => <Code>{key.prefix}…</Code> },
    { key: 'permissions', header: 'May', hideBelow: 'md', cell: key => <span title={key.permissions.join(', ')}>{key.permissions.length} permissions</span> },
    { key: 'used', header: 'Last used', hideBelow: 'sm', cell: key => (key.lastUsedAt ? format.relative(key.lastUsedAt) : 'never') },
    { key: 'expires', header: 'Expires', hideBelow: 'sm', cell: key => format.date(key.expiresAt) },
    {
      key: 'actions',
      header: '',
      align: 'right',
      width: 50,
      cell: key => (
        <ActionIcon aria-label={`Revoke ${key.name}`} onClick={() => void ask(key)}>
          <Trash2 size={14} />
        </ActionIcon>
      ),
    },
  ]
  return <DataTable label="API keys" inline columns={columns} rows={keys} rowKey={key => key.id} rowLabel={key => key.name} />
}

const FIELDS = ['name', 'permissions', 'expiresAt'] as const

function NewKey({ onClose }: { onClose: () => void }) {
  const client = useQueryClient()
  const { permissions: mine } = useSession()
  const permissions = useQuery(permissionsQuery)
  const form = useForm({
    initialValues: { name: '', permissions: [] as string[], days: '90' },
    validate: { name: value => (value.trim() ? null : 'Say what the key is for'), permissions: value => (value.length ? null : 'Choose what the key may do') },
  })
  const make = useMutation({
    meta: { showsError: true },
    mutationFn: ({ name, permissions: may, days }: typeof form.values) =>
      createApiKey({ name: name.trim(), permissions: may, expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }),
    onSuccess: () => void client.invalidateQueries({ queryKey: apiKeysQuery.queryKey }),
    onError: error => form.setErrors(toFormErrors(error, FIELDS).fields),
  })
  if (make.data) return <MadeKey secret={make.data.key} onClose={onClose} />
  return (
    <form onSubmit={form.onSubmit(values => make.mutate(values))} noValidate>
      <Stack gap="sm">
        <TextInput label="What is it for?" placeholder="Import from the shop" data-autofocus {...form.getInputProps('name')} />
        <Checkbox.Group label="What may it do?" description="Only what you may do yourself, now and later." {...form.getInputProps('permissions')}>
          <Stack gap={6} mt="xs" mah={260} style={{ overflowY: 'auto' }}>
            {(permissions.data ?? [])
              .filter(permission => mine.includes(permission.name))
              .map(permission => (
                <Checkbox key={permission.name} value={permission.name} label={permission.meaning} />
              ))}
          </Stack>
        </Checkbox.Group>
        <Select label="It ends" allowDeselect={false} data={LIVES} {...form.getInputProps('days')} />
        <FormError message={make.error ? toFormErrors(make.error, FIELDS).rest : undefined} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending}>
            Make key
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function MadeKey({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Stack gap="sm">
      <Alert color="yellow">This is the only time that the key is shown. Keep it where your program finds it and nobody else does.</Alert>
      <Code block style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {secret}
      </Code>
      <Group justify="flex-end" gap="xs">
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {copied ? 'Copied' : 'Copy the key'}
            </Button>
          )}
        </CopyButton>
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  )
}
